"""Tests of conformance/target."""
