"""`/desk`: who is due, here, gone; one tap a person."""
