"""Tests of conformance/lifecycle."""
