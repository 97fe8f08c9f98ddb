"""A person's own calendar at an address that only they know, for the calendar of their phone."""
