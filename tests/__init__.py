"""Tests of the suite itself, in the rooms of the package."""
