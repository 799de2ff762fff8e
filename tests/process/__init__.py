"""Tests of conformance/process."""
