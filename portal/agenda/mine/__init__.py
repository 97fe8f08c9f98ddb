"""My agenda: what is coming, whatever kind it is of."""
