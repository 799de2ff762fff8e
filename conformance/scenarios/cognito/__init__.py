"""Scenarios that judge the target."""
