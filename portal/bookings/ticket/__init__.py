"""One booking: its ticket, and all that can be done with it."""
