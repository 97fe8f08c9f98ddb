"""/admin: the overview."""
