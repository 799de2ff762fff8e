"""Tests of conformance/gate."""
