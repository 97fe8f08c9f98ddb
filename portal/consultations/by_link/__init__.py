"""What whoever holds a mail's link may do without signing in."""
