"""Takes clock, sleep and chance away from a client, so that the same version always does the same.

`freeze` must run before botocore is imported, which binds some of these then. It replaces functions of the standard
library in this process: whoever waits for a condition or a sleep goes on at once, so nothing here may rely on another
thread. An observer that uses real sockets only cleans its environment.
"""

import datetime
import os
import random
import threading
import time
import uuid

NOW = 1_700_000_000.0  # 2023-11-14T22:13:20Z


def clean_environment():
    """Remove what a client on this account may have set: it says nothing about the version."""
    for name in [name for name in os.environ if name.startswith("AWS_") or name.lower().endswith("_proxy")]:
        del os.environ[name]
    os.environ["AWS_CONFIG_FILE"] = os.environ["AWS_SHARED_CREDENTIALS_FILE"] = os.devnull
    os.environ["AWS_EC2_METADATA_DISABLED"] = "true"


class _Clock:
    """Time as the client sees it; `slept` is what it slept since the last `restart`, in seconds."""

    def __init__(self):
        self.now = NOW
        self.slept = []

    def restart(self):
        self.now = NOW
        self.slept = []

    def time(self):
        return self.now

    def sleep(self, seconds):
        self.now += seconds
        self.slept.append(round(seconds, 3))


CLOCK = _Clock()


class _Datetime(datetime.datetime):
    @classmethod
    def utcnow(cls):
        return datetime.datetime.fromtimestamp(CLOCK.now, datetime.UTC).replace(tzinfo=None)

    @classmethod
    def now(cls, tz=None):
        return datetime.datetime.fromtimestamp(CLOCK.now, tz)


def _frozen_datetime(remove_tzinfo=True):
    now = datetime.datetime.fromtimestamp(CLOCK.now, datetime.UTC)
    return now.replace(tzinfo=None) if remove_tzinfo else now


def freeze():
    """Stop the clock, let sleeping only move it, and let chance always say a half."""
    time.time, time.sleep, time.monotonic = CLOCK.time, CLOCK.sleep, CLOCK.time
    random.random = lambda: 0.5
    threading.Condition.wait = lambda _, timeout=None: CLOCK.sleep(timeout or 0)
    uuid.uuid4 = lambda: uuid.UUID("12345678-1234-4234-8234-123456789012")
    datetime.datetime = _Datetime


def freeze_signer():
    """Give botocore's signer the frozen time; after botocore was imported."""
    import botocore.auth
    import botocore.compat
    import botocore.endpoint

    for module in (botocore.auth, botocore.compat, botocore.endpoint):
        if hasattr(module, "get_current_datetime"):
            module.get_current_datetime = _frozen_datetime
