"""One run: its options, its scenarios, its results."""
