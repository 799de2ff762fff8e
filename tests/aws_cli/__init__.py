"""Tests of conformance/aws_cli."""
