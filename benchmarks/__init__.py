"""How fast the suite is."""
