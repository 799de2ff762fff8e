"""A pytest plugin for the tests of the suite: another order, the same in every worker for the same $ORDER."""

import os
import random


def pytest_collection_modifyitems(items):
    """Shuffle by $ORDER; without one the order stays."""
    if order := os.environ.get("ORDER"):
        random.Random(order).shuffle(items)
