"""Tests of conformance/reference."""
