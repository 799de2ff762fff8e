"""Whether what the shipped baselines accuse is true: requests written by hand, sent by urllib, and what came back."""
