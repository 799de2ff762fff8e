"""The binding `sdk`: boto3, as an application calls it."""

from __future__ import annotations

import threading
from typing import Any

from botocore.exceptions import ClientError

from conformance.errors import Inconclusive
from conformance.target.client import client, from_the_parser
from conformance.target.definition import Endpoint
from conformance.target.retries import THROTTLED_ATTEMPTS, in_time, patiently, pauses
from conformance.target.transport import TRANSPORT_FAULTS, transport_fault
from conformance.verdict.journal import Journal, describe
from conformance.verdict.observed import ACCEPTED, THROTTLED, UNPARSABLE, Outcome, Text
from conformance.verdict.reply import Reply, of_http


class Sdk:
    """AdminSetUserPassword through boto3's client; the outcome is what boto3 makes of the answer."""

    name = "sdk"

    def close(self) -> None:
        """Nothing was started."""

    def __init__(self, endpoint: Endpoint, journal: Journal) -> None:
        self.journal = journal
        self._gated = endpoint.gate is not None
        self._client = client(endpoint, sender=self.name)
        self._last = threading.local()
        # boto3 keeps no body: it is taken where botocore reads it.
        self._client.meta.events.register("response-received.cognito-idp.AdminSetUserPassword", self._keep)

    def admin_set_user_password(self, **members: Any) -> Reply:
        """The answer, with the name and text of an error as boto3 reports them."""
        if self._gated:
            reply = self._ask(members)
        else:
            reply = patiently(
                lambda: in_time("AdminSetUserPassword", lambda: self._ask(members)),
                lambda reply: pauses(reply.outcome),
            )
        if reply.outcome in THROTTLED:
            raise Inconclusive(f"AdminSetUserPassword was throttled {THROTTLED_ATTEMPTS} times ({reply.outcome})")
        return self.journal.record_reply(describe("AdminSetUserPassword", members), reply, members)

    def _ask(self, members: dict[str, Any]) -> Reply:
        self._last.answer = None
        outcome, message = ACCEPTED, ""
        try:
            self._client.admin_set_user_password(**members)
        except ClientError as error:
            outcome, message = error.response["Error"]["Code"], error.response["Error"].get("Message", "")
        except TRANSPORT_FAULTS as fault:
            raise transport_fault("AdminSetUserPassword", fault) from None
        except Exception as error:
            if not from_the_parser(error):
                raise
            outcome = UNPARSABLE
        answer = self._last.answer or {"status_code": None, "headers": {}, "body": b""}
        seen = of_http(self.name, answer["status_code"] or 0, answer["headers"], answer["body"])
        # boto3 takes every HTTP 200 for a success, HTML included.
        # Where boto3 finds no name in an error it gives the HTTP status in its place; a header may have the name.
        judged = seen.outcome if outcome in (ACCEPTED, str(seen.status)) else Outcome(outcome)
        return Reply(self.name, judged, Text(message) or seen.message, seen.status, seen.headers, seen.body)

    def _keep(self, response_dict: Any = None, **_: Any) -> None:
        self._last.answer = response_dict
