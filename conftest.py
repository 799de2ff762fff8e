"""Registers the suite's pytest plugin for this checkout.

Fixtures are in conformance/scenarios/conftest.py and tests/conftest.py.
"""

pytest_plugins = ["conformance.plugin"]
