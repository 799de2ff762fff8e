"""Clients that nobody here wrote, at the reference."""
