"""The reference broken in one named way at a time, to show that the scenarios notice."""
