"""Skips sleeping in the AWS CLI that cli.py observes: how long a client waits is observed in client.py."""

import time

time.sleep = lambda _: None
