"""Random walks through the lifecycle of one user."""
