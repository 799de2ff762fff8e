"""The target `aws`: the real service in one account and Region, or a stand-in that plays it."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from botocore.credentials import ReadOnlyCredentials

from conformance.errors import BadInput
from conformance.target.aws import identity, sweep
from conformance.target.aws.gate import AwsGate, ExchangeRecorder
from conformance.target.aws.guard import Ceilings, Guard, SecondRole
from conformance.target.aws.limiter import RealTime
from conformance.target.aws.roles import RoleCallers
from conformance.target.aws.runledger import KeptPool, RunLedger, hidden, known, opened
from conformance.target.aws.transport import Network, StandIn
from conformance.target.client import Cognito
from conformance.target.definition import Endpoint, Target

ACCOUNT_DIGITS = 12
# What scenarios are skipped with where a run has no second role.
NO_ROLE = "needs callers with other policies: name a role by --second-role"


@dataclass(frozen=True)
class AwsPlace:
    """An account and a Region, with what the user stated about them; `stand_in` plays AWS in its place."""

    account: str
    region: str
    stand_in: StandIn | None = None
    no_alias_check: bool = False
    second_role: SecondRole | None = None

    def check(self) -> None:
        """Raise BadInput where account or Region cannot be right; nothing is sent."""
        if not (self.account.isascii() and self.account.isdigit() and len(self.account) == ACCOUNT_DIGITS):
            raise BadInput(f"--account {self.account!r}: an AWS account number has {ACCOUNT_DIGITS} digits")
        identity.check_region(self.region)

    @property
    def host(self) -> str:
        """The one host that requests go to."""
        return f"cognito-idp.{self.region}.amazonaws.com"

    @property
    def lasting(self) -> str:
        """What it is called in a file of users who wait."""
        return f"AWS account {hidden(self.account)}, {self.region}"

    @property
    def without(self) -> dict[str, str]:
        """The reason for each capability that there is not."""
        return {} if self.second_role else {"callers": NO_ROLE}

    def identify(self, network: Network) -> identity.Renewable:
        """The credentials, once AWS has said that they are of this account.

        Raises BadInput where it has not, or where requests may go elsewhere."""
        identity.check_environment(os.environ)
        given = identity.credentials()
        identity.check_caller(network, given, self.account, self.region)
        identity.check_alias(network, given, self.account, self.no_alias_check)
        return given

    def endpoint(self, given: identity.Renewable | ReadOnlyCredentials, gate: AwsGate) -> Endpoint:
        """The endpoint behind a gate."""
        credentials: Any = given
        callers = RoleCallers(gate, given, self.second_role) if self.second_role else None
        return Endpoint(
            f"https://{self.host}", self.region, credentials, gate=gate, callers=callers, account=self.account
        )

    def service(self, given: identity.Renewable, network: Network, ledger: RunLedger) -> Cognito:
        """The plain client, for looking and cleaning up: pools of this ledger only."""
        return Cognito(self.endpoint(given, self.gate(given, network, ledger)))

    def gate(self, given: identity.Renewable, network: Network, ledger: RunLedger) -> AwsGate:
        """The gate of what looks and cleans up."""
        guard = Guard(self.host, ledger, role=self.second_role)
        return AwsGate(guard, ledger, network, self.time, renew=given.renew)

    @property
    def time(self) -> RealTime:
        """The time of the waits."""
        return RealTime(self.stand_in.pace if self.stand_in else 1.0)


@dataclass(frozen=True, kw_only=True)
class AwsTarget(Target):
    """AWS as a target: what is made is marked, written down, and deleted whatever ends the run.

    `adopted` are pools in which users of an earlier run wait, `left` is what could not be deleted, `kept` what users
    wait in when the run has ended."""

    place: AwsPlace
    ceilings: Ceilings
    run_id: str
    alongside: bool = False
    adopted: tuple[KeptPool, ...] = ()
    recorder: ExchangeRecorder | None = None
    left: list[str] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)

    @property
    def where(self) -> str:
        """Account and Region, or the stand-in."""
        played = ", played by a stand-in on the loopback" if self.place.stand_in else ""
        return f"account {hidden(self.place.account)}, {self.place.region}{played}; run {self.run_id}"

    @property
    def lasting(self) -> str | None:
        """What a file of users who wait calls the account."""
        return self.place.lasting

    def preflight(self) -> None:
        """Raise BadInput where AWS is not to be judged: another account, a false clock, another run going on."""
        network, ledger = Network(self.place.stand_in), RunLedger(self.run_id)
        for pool in self.adopted:
            ledger.adopt(pool)
        try:
            given = self.place.identify(network)
            if self.place.second_role:
                RoleCallers(self.place.gate(given, network, ledger), given, self.place.second_role).check()
            service = self.place.service(given, network, ledger)
            sweep.check_marks(service, self.adopted)
            waiting = {pool for one in known(self.place.account, self.place.region).values() for pool in one.kept}
            others = sweep.fresh(service, self.run_id, waiting)
        finally:
            network.close()
        if others and not self.alongside:
            raise BadInput(
                f"run {others[0]} has user pools here and may still be going on: wait, sweep what it left, "
                "or use --alongside"
            )

    @contextmanager
    def running(self) -> Iterator[Endpoint]:
        """The endpoint behind its gate; at the end every pool is deleted, and looked for."""
        network = Network(self.place.stand_in)
        with opened(self.place.account, self.place.region, self.run_id) as ledger:
            given = self.place.identify(network)
            clock = self.place.time
            for pool in self.adopted:
                ledger.adopt(pool)
            guard = Guard(self.place.host, ledger, self.ceilings, self.place.second_role)
            gate = AwsGate(
                guard,
                ledger,
                network,
                clock,
                minutes=self.ceilings.minutes,
                renew=given.renew,
                recorder=self.recorder,
            )
            ledger.write("started", region=self.place.region)
            try:
                if ledger.left or ledger.unanswered:  # a run that goes on: what it had is deleted first
                    sweep.clean(self.place.service(given, network, ledger), ledger)
                yield self.place.endpoint(given, gate)
            finally:
                self.left.extend(sweep.clean(self.place.service(given, network, ledger), ledger))
                self.kept.extend(pool.id for pool in ledger.waiting)
                ledger.write("ended", calls=guard.counts.total, left=len(self.left))
                network.close()


@dataclass(frozen=True, kw_only=True)
class OfflineTarget(Target):
    """A target whose gate needs no network: `opens` makes the endpoint; `named` is what a file of users calls it."""

    opens: Callable[[], Endpoint]
    named: str | None = None

    @property
    def lasting(self) -> str | None:
        """What it plays."""
        return self.named

    @property
    def where(self) -> str:
        """Nowhere."""
        return "no network"

    @contextmanager
    def running(self) -> Iterator[Endpoint]:
        """The endpoint."""
        yield self.opens()


def stand_in(path: Path | None) -> StandIn | None:
    """The stand-in that a file describes."""
    return None if path is None else StandIn.read(path)
