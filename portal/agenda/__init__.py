"""What crosses bookings, consultations and programmes: the start page, the front desk."""
