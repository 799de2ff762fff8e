"""Tests of conformance/contract."""
