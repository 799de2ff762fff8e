"""A pytest plugin for the tests of the suite: another order, the same in every worker for the same $ORDER."""

import os
import random


def pytest_collection_modifyitems(items):
    random.Random(os.environ["ORDER"]).shuffle(items)
