"""The judgement of a target: verdicts, results, and the baseline of known divergences."""
