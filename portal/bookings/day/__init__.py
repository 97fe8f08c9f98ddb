"""The day page: what is free, on one day, at one site."""
