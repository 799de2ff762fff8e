"""A pytest plugin for the tests of the suite: runs everything in the reverse order."""


def pytest_collection_modifyitems(items):
    items.reverse()
