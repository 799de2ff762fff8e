"""What a scenario is given: the call under test, pools, users."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Protocol

import pytest

from conformance.aws_cli import discovery
from conformance.aws_cli.client import AwsCliMissing
from conformance.aws_cli.command_line import CommandLine
from conformance.aws_cli.discovery import Program
from conformance.aws_cli.recorder import Recorder
from conformance.bindings import REGISTRY, Binding
from conformance.bindings.wire import Wire
from conformance.contract import ledger
from conformance.contract.transitions import Row
from conformance.errors import Blocked, Inconclusive, Unsupported
from conformance.lifecycle.script import script
from conformance.lifecycle.walker import Visit
from conformance.lifecycle.walks import Unvisited, Walks
from conformance.plugin import RUN, claim_of
from conformance.run.attempts import lending, spelled
from conformance.scenarios.privileges import WithoutControlPath
from conformance.scenarios.refusals import Refused
from conformance.target import instruments
from conformance.target.client import Cognito, ServiceError, await_service
from conformance.target.clock import Clock, Faketime
from conformance.target.control import Control, Privileges
from conformance.target.deferred import StateFile, Waiting
from conformance.target.definition import Endpoint, Federated, Target
from conformance.target.hosted_ui import HostedUi
from conformance.target.mailbox import simulated
from conformance.target.pools import Flows, Pool, Pools, User
from conformance.verdict.observed import UNIMPLEMENTED, Status
from conformance.verdict.reply import Reply

NOBODY = simulated("nobody")


class Later(Protocol):
    """A user of the pool with this configuration, prepared by `prepare` so many days ago."""

    def __call__(self, days: int, prepare: Callable[[User], None], **configuration: Any) -> User: ...


class AdminSetUserPassword(Protocol):
    """The call under test: UserPoolId and Username are the user's, unless given."""

    def __call__(self, user: User, /, **members: Any) -> Reply: ...


@pytest.fixture(scope="session")
def endpoint(request: pytest.FixtureRequest) -> Iterator[Endpoint]:
    """The endpoint under test, one for each worker where the suite starts it."""
    run = request.config.stash[RUN]
    with run.begun() if run.begun else run.settings.target.running() as running:
        run.reported_version = running.version
        yield running


@pytest.fixture(scope="session")
def service(request: pytest.FixtureRequest, endpoint: Endpoint) -> Cognito:
    """The plain client that arranges and observes; an emulator that was started may load the service only now."""
    target = request.config.stash[RUN].settings.target
    if target.url is None and endpoint.gate is None:
        await_service(endpoint, target.seconds)
    return Cognito(endpoint)


@pytest.fixture(scope="session")
def flows() -> Flows:
    """Which sign-in flows can be trusted: all, until the instruments are checked."""
    return Flows()


@pytest.fixture(scope="session")
def pools(request: pytest.FixtureRequest, service: Cognito, flows: Flows) -> Iterator[Pools]:
    """The pools of this worker, once the instruments are checked; the run ends at once where nothing can be judged."""
    run = request.config.stash[RUN]
    made = Pools(service, flows, run.kept_users)
    try:
        run.instruments = instruments.check(made, service.journal)
        service.journal.begin()
        run.kept_users.forget()
        yield made
    except instruments.Unusable as reason:
        run.unusable = request.session.shouldfail = str(reason)
        raise Inconclusive(str(reason)) from None
    finally:
        made.delete()
    state = run.settings.state
    for pool_id in state.finished() if state else ():
        if made.discard(pool_id):
            state.deleted(pool_id)


@pytest.fixture(scope="session")
def implemented(pools: Pools, service: Cognito) -> None:
    """Ends a scenario where the target says that it does not implement the operation under test."""
    members = {"UserPoolId": pools.get().id, "Username": NOBODY, "Password": "Pr0be-it!", "Permanent": True}
    try:
        service.call("AdminSetUserPassword", **members)
    except ServiceError as error:
        if error.code in UNIMPLEMENTED:
            raise Unsupported(f"AdminSetUserPassword answers {error.code}") from None


@pytest.fixture(scope="session")
def bindings(service: Cognito) -> Iterator[Callable[[str], Binding]]:
    """The bindings of this worker, each made when it is first asked for."""
    made: dict[str, Binding] = {}

    def get(name: str) -> Binding:
        if name not in made:
            made[name] = REGISTRY[name].make(service.endpoint, service.journal)
        return made[name]

    yield get
    for binding in made.values():
        binding.close()


@pytest.fixture(autouse=True)
def _journal(request: pytest.FixtureRequest, flows: Flows) -> None:
    """A clean page for what this scenario sends; nothing more is sent to an endpoint that has stopped answering."""
    run = request.config.stash[RUN]
    if run.broken is not None:
        raise Inconclusive(f"the endpoint stopped answering: {run.broken}")
    _skip_what_is_declared_off(request, run.settings.target)
    service = request.getfixturevalue("service")
    service.journal.begin()
    run.journal = service.journal
    gate = service.endpoint.gate
    run.kept_users.begin(spelled(request.node), lending=lending(request.node, run) and (gate is None or gate.lends))
    flows.subject = claim_of(request.node)


def _skip_what_is_declared_off(request: pytest.FixtureRequest, target: Target) -> None:
    """Skip a scenario whose claim or topic the target's file declares off, for the reason that it gives."""
    marked = request.node.get_closest_marker("claim")
    claim = ledger.load_all().claims.get(marked.args[0]) if marked else None
    if claim and target.only and claim.topic not in target.only:
        pytest.skip(f"the target's file has it judged for {', '.join(target.only)} only")
    for name in (claim.id, claim.topic) if claim else ():
        if name in target.without:
            pytest.skip(f"declared off in the target's file: {target.without[name]}")


@pytest.fixture
def binding(request: pytest.FixtureRequest, bindings: Callable[[str], Binding]) -> Binding:
    """The way to call that this run of the scenario is about."""
    request.getfixturevalue("implemented")
    try:
        return bindings(request.param)
    except AwsCliMissing as missing:
        pytest.skip(str(missing))


@pytest.fixture(scope="session")
def _recorder() -> Iterator[Recorder]:
    with Recorder() as made:
        yield made


@pytest.fixture
def recorder(_recorder: Recorder) -> Recorder:
    """The endpoint that keeps what a command line sends; empty, and answering `200 {}`."""
    _recorder.begin()
    return _recorder


@pytest.fixture(scope="session")
def _started() -> Iterator[Callable[[str], Program]]:
    made: dict[str, Program] = {}

    def get(name: str) -> Program:
        if name not in made:
            made[name] = discovery.start(name)
        return made[name]

    yield get
    for program in made.values():
        program.close()


@pytest.fixture
def aws(
    request: pytest.FixtureRequest, _started: Callable[[str], Program], recorder: Recorder
) -> Iterator[CommandLine]:
    """The command line that is judged: whatever the target does, it talks to the recorder."""
    journal = request.config.stash[RUN].journal
    try:
        program = _started(request.param)
    except AwsCliMissing as missing:
        pytest.skip(str(missing))
    with tempfile.TemporaryDirectory(prefix="cognito-conformance-") as home:
        journal.names |= {home: "<home>", recorder.url: "<recorder>"}
        yield CommandLine(request.param, program, recorder, journal, Path(home))


@pytest.fixture
def wire(binding: Binding) -> Wire:
    """Raw HTTP, for what an SDK refuses to send; the scenario carries `@pytest.mark.bindings("wire")`."""
    assert isinstance(binding, Wire)
    return binding


@pytest.fixture
def admin_set_user_password(binding: Binding) -> AdminSetUserPassword:
    """The call under test, over this run's binding."""

    def call(user: User, /, **members: Any) -> Reply:
        return binding.admin_set_user_password(**{"UserPoolId": user.pool.id, "Username": user.username, **members})

    return call


@pytest.fixture
def refused(admin_set_user_password: AdminSetUserPassword) -> Refused:
    """The call under test with something odd about it, and then put right."""
    return Refused(admin_set_user_password)


@pytest.fixture(scope="session")
def walks(request: pytest.FixtureRequest, pools: Pools, _control: Control | None) -> Walks:
    """The walks of this worker, the same in every worker."""
    run = request.config.stash[RUN]
    return run.walk(Walks(pools.get(), run.settings.examples, run.settings.seed, _control))


@pytest.fixture
def visit(request: pytest.FixtureRequest, walks: Walks, service: Cognito) -> Callable[[Row], Visit]:
    """What the walks saw of a row; a disagreement that is not known already is shrunk, and written down as commands."""
    settings = request.config.stash[RUN].settings

    def call(row: Row) -> Visit:
        try:
            seen = walks.of(row)
        except Unvisited as unvisited:
            pytest.skip(str(unvisited))
        if not seen.agrees:
            seen = seen if settings.baseline.names(row.claim, row.id) else walks.shortest(seen)
            service.journal.exchanges = list(seen.exchanges)
            service.journal.script = script(seen.calls, settings.target.url or "http://127.0.0.1:5000")
        place = {"operation": row.operation, "flow": row.when.split(",")[0] if "_AUTH" in row.when else None}
        return replace(seen, outcome=type(seen.outcome)(seen.outcome, **place), status=Status(seen.status, **place))

    return call


@pytest.fixture
def clock(request: pytest.FixtureRequest, endpoint: Endpoint) -> Iterator[Clock]:
    """The target's clock; skips where it cannot be moved."""
    target = request.config.stash[RUN].settings.target
    if "clock" in target.without or (endpoint.clock is None and target.control is None):
        pytest.skip(target.without.get("clock", "the target's clock cannot be moved"))
    made: Clock = Faketime(endpoint.url, endpoint.clock) if endpoint.clock else request.getfixturevalue("control")
    yield made
    made.undo()


@pytest.fixture
def later(request: pytest.FixtureRequest) -> Later:
    """Lets days pass: by the clock, or, with --state and no control path, between two runs."""
    settings = request.config.stash[RUN].settings
    by_clock = settings.state is None or settings.target.control
    found: Later = request.getfixturevalue("moved_clock" if by_clock else "deferred")
    return found


@pytest.fixture
def moved_clock(clock: Clock, pools: Pools) -> Later:
    """Lets days pass by moving the target's clock."""

    def call(days: int, prepare: Callable[[User], None], **configuration: Any) -> User:
        user = pools.get(**configuration).user()
        prepare(user)
        clock.after(user.pool, days)
        return user

    return call


@pytest.fixture
def deferred(request: pytest.FixtureRequest, pools: Pools) -> Iterator[Later]:
    """Lets days pass between two runs: the first sets a user up and skips, the second finds the user again."""
    name, state = request.node.name, request.config.stash[RUN].settings.state
    waiting = state.waiting().get(name)

    def call(days: int, prepare: Callable[[User], None], **configuration: Any) -> User:
        user = waiting or _set_up(pools, state, name, days, prepare, configuration)
        if not user.ready:
            pytest.skip(f"to be judged from {user.day} on with --state {state.path}")
        found = pools.known(user.pool, user.client).find(user.username, user.login, "")
        try:
            found.arrange("AdminGetUser")
        except Blocked as gone:
            state.judged(name)
            raise Blocked(f"the user that an earlier run set up no longer exists: {gone}", gone.by) from None
        return found

    yield call
    if waiting and waiting.ready and dict(request.node.user_properties).get("verdict") in ("conforms", "diverges"):
        state.judged(name)


def _set_up(
    pools: Pools,
    state: StateFile,
    name: str,
    days: int,
    prepare: Callable[[User], None],
    configuration: Mapping[str, Any],
) -> Waiting:
    """A user for a later run, in a pool that is kept."""
    pool = pools.get(apart="waiting", days=days, **configuration)
    made = pool.user()
    prepare(made)
    pools.keep(pool)
    due = (datetime.now(UTC) + timedelta(days=days)).isoformat(timespec="minutes")
    user = Waiting(name, due, pool.id, pool.client_id, made.username, made.login)
    state.arm(user)
    return user


@pytest.fixture(scope="session")
def _control(request: pytest.FixtureRequest, endpoint: Endpoint) -> Control | None:
    path = request.config.stash[RUN].settings.target.control
    return None if path is None else Control(endpoint, path)


@pytest.fixture(scope="session")
def _privileges(request: pytest.FixtureRequest, endpoint: Endpoint, _control: Control | None) -> Iterator[Privileges]:
    target = request.config.stash[RUN].settings.target
    if _control is not None:
        yield _control
    elif target.hosted_ui:
        with closing(HostedUi(endpoint.url)) as pages:
            yield WithoutControlPath(target, endpoint.callers, pages)
    else:
        yield WithoutControlPath(target, endpoint.callers, None)


@pytest.fixture
def control(_privileges: Privileges) -> Iterator[Privileges]:
    """What Cognito has no operation for; what the target cannot do skips the scenario."""
    yield _privileges
    _privileges.undo()


@pytest.fixture(scope="session")
def _provisioned(request: pytest.FixtureRequest) -> tuple[Federated, Iterator[str]]:
    """The federated users that the target's file names, and the names of this worker's, each once."""
    named = request.config.stash[RUN].settings.target.federated
    if named is None:
        pytest.skip("the target has neither a control path nor federated users named in its file")
    worker = getattr(request.config, "workerinput", {"workerid": "gw0", "workercount": 1})
    return named, iter(named.usernames[int(worker["workerid"].removeprefix("gw")) :: worker["workercount"]])


@pytest.fixture
def federated_user(request: pytest.FixtureRequest, pools: Pools, _privileges: Privileges) -> User:
    """A user in status EXTERNAL_PROVIDER, new where one can be made, else one that the target's file names.

    The latter are used up: a name whose status is another is passed over, and the scenario skips where none is left."""
    target = request.config.stash[RUN].settings.target
    if target.federated is None:
        user = _privileges.federated_user(pools.get(), simulated("ada"))
        if user.status != "EXTERNAL_PROVIDER":
            raise Blocked(f"a user who signed in through a provider is in status {user.status}")
        return user
    named, usernames = request.getfixturevalue("_provisioned")
    pool = pools.known(named.user_pool_id, named.client_id)
    for username in usernames:
        pool.service.journal.private[username] = "<user>"
        user = pool.find(username, username, "")
        if user.status == "EXTERNAL_PROVIDER":
            return user
    pytest.skip("every federated user named in the target's file is used up: sign others in through the provider")


@pytest.fixture
def pool(pools: Pools) -> Pool:
    """A pool that requires eight characters and all four classes, with case-sensitive names and no aliases."""
    return pools.get()


@pytest.fixture
def user(pool: Pool) -> User:
    """A CONFIRMED user of that pool."""
    return pool.user()
