"""An address that was mistyped when somebody registered."""
