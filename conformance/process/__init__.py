"""This process: the signals that end it, and the directory of everything temporary."""
