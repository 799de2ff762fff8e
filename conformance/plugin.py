"""The pytest plugin: options, which scenarios run over which bindings, and the verdict on each."""

from __future__ import annotations

import argparse
import re
import shlex
import time
import warnings
from collections import Counter
from collections.abc import Generator, Iterable, Sequence
from contextlib import ExitStack, suppress
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pluggy
import pytest

from conformance.bindings import NAMES
from conformance.console import check_writable, text_of
from conformance.contract import ledger
from conformance.errors import BadInput, Undecided
from conformance.report import document, html, junit
from conformance.report.findings import explanation
from conformance.report.terminal import summary, table
from conformance.run import catalogue
from conformance.run.attempts import attempt, judged
from conformance.run.catalogue import SCENARIOS
from conformance.run.options import OPTIONS, TARGET, words
from conformance.run.run import Run
from conformance.run.settings import Settings, verify_aws_environment, within
from conformance.target.aws.service import OfflineTarget
from conformance.target.client import unusable_because
from conformance.target.instruments import Instrument
from conformance.target.retries import throttled
from conformance.verdict.journal import Journal
from conformance.verdict.judgement import Divergence, FailedComparison, Untyped, judge
from conformance.verdict.results import Result
from conformance.verdict.verdicts import Kind, Verdict, verdict_without_judgement

RUN = pytest.StashKey[Run]()
# What the controller tells its workers of Run.results_only.
RESULTS_ONLY = "conformance_results_only"
# After so many scenarios in a row without an answer, each of which may have waited half a minute, no more are tried.
UNANSWERED = 10
_COMPARISONS = pytest.StashKey[list[FailedComparison]]()
_STARTED = pytest.StashKey[float]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Every option of `cognito-conformance run`; -n and -k are pytest's own."""
    group = parser.getgroup("cognito-conformance", "conformance of an endpoint to Amazon Cognito's documentation")
    for option in (TARGET, *OPTIONS):
        if option.own:
            shown = f"{option.help} (default: {option.default})" if option.default is not None else option.help
            with suppress(ValueError, argparse.ArgumentError):  # another plugin, such as pytest-html, may have the name
                group.addoption(
                    option.name, type=option.type, default=option.default, metavar=option.metavar, help=shown
                )


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """Check what was asked for before anything starts, where scenarios are to be run at all."""
    config.addinivalue_line("markers", "claim(id): the claim that a scenario judges")
    config.addinivalue_line(
        "markers", "bindings(*names): the bindings that can express a scenario (all, without the mark)"
    )
    if not _judges(config):
        return
    if hasattr(config, "workerinput"):
        # Control-C may reach a worker while it says goodbye: the command has a line on that, a worker has none.
        warnings.filterwarnings("ignore", category=pluggy.PluggyTeardownRaisedWarning)
    if config.option.assertmode == "plain":
        raise pytest.UsageError("--assert=plain hides what an assertion compares, and so the verdict: leave it out")
    try:
        verify_aws_environment()
        targets = [getattr(plugin, "conformance_target", None) for plugin in config.pluginmanager.get_plugins()]
        prepared = next(filter(None, targets), None)
        checked = Settings.of({o.dest: getattr(config.option, o.dest) for o in (TARGET, *OPTIONS) if o.own}, prepared)
        check_writable(*_reports(config).values())
        if prepared is None and checked.target.name == "aws":
            raise BadInput("AWS is judged by `cognito-conformance run aws`, not by pytest: see docs/aws.md")
    except BadInput as problem:
        raise pytest.UsageError(str(problem)) from None
    config.stash[RUN] = run = Run(checked, command=_command(config))
    run.results_only = getattr(config, "workerinput", {}).get(RESULTS_ONLY, False)
    config.pluginmanager.register(Collector(run, config.pluginmanager))


@pytest.hookimpl(wrapper=True)
def pytest_collection(session: pytest.Session) -> Generator[None, object, object]:
    """Let the target start while the scenarios are collected, where this process is the one to judge."""
    config = session.config
    run = config.stash.get(RUN, None)
    hands_out = getattr(config.option, "dist", "no") != "no" and not hasattr(config, "workerinput")
    if run is None or hands_out or config.option.collectonly:
        return (yield)
    if run.settings.target.start and run.settings.target.url is None:
        until_the_end = ExitStack()
        config.add_cleanup(until_the_end.close)
        run.begun = until_the_end.enter_context(run.settings.target.begun())
    return (yield)


def _command(config: pytest.Config) -> str:
    """The `cognito-conformance run` that asks for the same, without its reports."""
    values = {o.dest: getattr(config.option, o.dest) for o in OPTIONS if o.own and not o.file}
    values["expression"] = config.option.keyword or None
    target = [config.option.target] if config.option.target else []
    flags = [word for name in words(values) for word in (name.split("=", 1) if name.startswith("--") else [name])]
    return shlex.join(["cognito-conformance", "run", *target, *flags])


def _reports(config: pytest.Config) -> dict[str, Path | None]:
    """The files of --json, --junit and --html; an --html of another plugin is none of ours."""
    values = {option.dest: getattr(config.option, option.dest) for option in OPTIONS if option.file and option.own}
    return {name: value if isinstance(value, Path) else None for name, value in values.items()}


def _judges(config: pytest.Config) -> bool:
    if config.option.help or config.option.version:
        return False
    names = [argument.split("::")[0] for argument in config.args]
    if config.option.pyargs and any(f"{name}.".startswith("conformance.scenarios.") for name in names):
        return True
    places = [(config.invocation_params.dir / name).resolve() for name in names]
    return any(place == SCENARIOS or place in SCENARIOS.parents or SCENARIOS in place.parents for place in places)


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Leave out a file of which no scenario has a binding that was asked for, unless `-k` or an id may name one."""
    run = config.stash.get(RUN, None)
    if run is None or config.option.keyword or any("::" in argument for argument in config.args):
        return None
    able = {
        name
        for scenario in catalogue.scenarios()
        if SCENARIOS / scenario.file == collection_path
        for name in scenario.bindings
    }
    return True if able and able.isdisjoint(run.settings.bindings) else None


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run a scenario over each binding that was asked for and can express it; without one it is deselected later."""
    marks = {mark.name for mark in metafunc.definition.iter_markers()}
    if "claim" in marks or "bindings" in marks:
        able = metafunc.definition.get_closest_marker("bindings")
        names = able.args if able else NAMES
        run = metafunc.config.stash.get(RUN, None)
        chosen = [name for name in names if run is None or name in run.settings.bindings]
        metafunc.parametrize(_way(metafunc.fixturenames), chosen or names[:1], indirect=True)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> Generator[None]:
    """Keep the bindings, claims and share that were asked for, and notice what `-k` cannot mean.

    What another tier would add is counted after `-k` has chosen."""
    run = config.stash.get(RUN, None)
    if run is None:
        return (yield)
    scenarios = _scenarios(items)
    for item in scenarios:
        item.extra_keyword_matches |= {claim_of(item), ledger.load_all().claims[claim_of(item)].topic}
        item.extra_keyword_matches |= {"smoke"} if item.name in catalogue.SMOKE else set()
    run.partial = {_pair(item) for item in scenarios if any("::" in argument for argument in config.args)}
    if len(scenarios) == len(items):
        run.problem = _unknown_word(config.option.keyword or "", scenarios)
    _drop(config, items, [item for item in scenarios if binding_of(item) not in run.settings.bindings])
    run.planned = Counter(_pair(item) for item in _scenarios(items) if _gated(item, run))
    result = yield
    beyond = [item for item in _scenarios(items) if not _gated(item, run)]
    run.left_out = Counter(ledger.load_all().claims[claim_of(item)].tier for item in beyond)
    _drop(config, items, beyond)
    if run.settings.shard:
        mine = run.settings.shard.of(Counter(claim_of(item) for item in _scenarios(items)))
        _drop(config, items, [item for item in _scenarios(items) if claim_of(item) not in mine])
    if run.problem:
        items[:] = []
    if hasattr(config, "workerinput"):  # each worker is given a share from the front: so only one takes the walks
        items.sort(key=lambda item: "visit" not in getattr(item, "fixturenames", ()))
    return result


def _scenarios(items: Iterable[pytest.Item]) -> list[pytest.Item]:
    return [item for item in items if item.get_closest_marker("claim")]


def _drop(config: pytest.Config, items: list[pytest.Item], unwanted: Sequence[pytest.Item]) -> None:
    gone = set(unwanted)
    items[:] = [item for item in items if item not in gone]
    if gone:
        config.hook.pytest_deselected(items=list(unwanted))


def _gated(item: pytest.Item, run: Run) -> bool:
    """Whether the tier of the run has the scenario's claim."""
    return within(run.settings.tier, ledger.load_all().claims[claim_of(item)].tier)


def _unknown_word(expression: str, items: Sequence[pytest.Item]) -> str | None:
    """The first word of a `-k` expression that is in no claim, topic, file or id, as a sentence."""
    names = {name.lower() for item in items for name in (*item.listnames(), *item.extra_keyword_matches)}
    for word in re.findall(r"[\w:+\-.\[\]\\/]+", expression):
        if word not in ("and", "or", "not") and not any(word.lower() in name for name in names):
            nearest = ledger.load_all().nearest(word.removeprefix("test_").replace("_", "-"))
            return f"-k {word!r} is in no claim and no scenario" + (f": did you mean {nearest!r}?" if nearest else "")
    return None


def pytest_deselected(items: Sequence[pytest.Item]) -> None:
    """Note which scenarios a `-k` cuts into, so that nothing is said about the rest."""
    for item in items:
        run = item.config.stash.get(RUN, None)
        if run is not None and item.get_closest_marker("claim"):
            run.partial.add(_pair(item))


def pytest_assertrepr_compare(config: pytest.Config, op: str, left: object, right: object) -> list[str] | None:
    """Remember the comparison that failed: it tells what was expected and what was observed."""
    if _COMPARISONS in config.stash:
        config.stash[_COMPARISONS].append(FailedComparison(op, left, right))
    return None


def pytest_runtest_protocol(item: pytest.Item, nextitem: pytest.Item | None) -> bool | None:
    """Judge a scenario, and once more with new users if its verdict does not count."""
    run = item.config.stash.get(RUN, None)
    if run is None or not item.get_closest_marker("claim"):
        return None
    if not run.results_only:
        item.ihook.pytest_runtest_logstart(nodeid=item.nodeid, location=item.location)
    properties = list(item.user_properties)
    reports, again = attempt(item, nextitem, lambda reports: not judged(item, run, reports))
    if again:
        item.user_properties[:] = properties
        reports, _ = attempt(item, nextitem, lambda reports: not judged(item, run, reports))
    for report in reports:
        if not run.results_only or report.failed or hasattr(report, "conformance"):
            item.ihook.pytest_runtest_logreport(report=report)
    if not run.results_only:
        item.ihook.pytest_runtest_logfinish(nodeid=item.nodeid, location=item.location)
    return True


@pytest.hookimpl(wrapper=True)
def pytest_runtest_setup(item: pytest.Item) -> Generator[None]:
    """Start a scenario's clock."""
    item.stash[_STARTED] = time.perf_counter()
    item.config.stash[_COMPARISONS] = []
    return (yield)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Turn what happened to a scenario into its verdict."""
    run = item.config.stash.get(RUN, None)
    if run is None or not item.get_closest_marker("claim"):
        return (yield)
    with pytest.MonkeyPatch.context() as patch:
        # A verdict takes the place of pytest's traceback, for which each scenario's source would be parsed.
        patch.setattr(item.config.option, "tbstyle", "value", raising=False)
        report = yield
    error = call.excinfo
    # Setup has a verdict only where it ends the scenario, teardown only where it fails.
    if call.when != "call" and error is None:
        return report
    result = _result(item, call, run)
    if result.verdict == Verdict.INCONCLUSIVE and not result.fault:
        _notice_a_broken_endpoint(item, run)
    elif result.verdict != Verdict.SKIPPED:
        run.unanswered = 0
    _dress(report, result)
    item.user_properties.append(("verdict", str(result.verdict)))
    report.throttled = throttled()  # type: ignore[attr-defined]
    report.conformance = result.as_json()  # type: ignore[attr-defined]  # xdist carries what JSON can
    return report


def _result(item: pytest.Item, call: pytest.CallInfo[None], run: Run) -> Result:
    claim = ledger.load_all().claims[claim_of(item)]
    journal = run.journal or Journal()
    judgement = _judgement(item, call, journal, Kind(claim.kind) if claim.kind else None)
    divergence = judgement.divergence
    result = Result(
        id=item.name,
        claim=claim.id,
        scenario=_scenario(item),
        binding=binding_of(item),
        parameters=_parameters(item),
        provenance=claim.provenance,
        verdict=judgement.verdict,
        kind=divergence.kind if divergence else None,
        expected=divergence.expected if divergence else None,
        observed=divergence.observed if divergence else None,
        reason=journal.anonymous(judgement.reason) if judgement.reason else None,
        fault=judgement.fault,
        operation=divergence.operation if divergence else None,
        flow=divergence.flow if divergence else None,
        blocked_by=judgement.blocked_by,
        seconds=round(time.perf_counter() - item.stash[_STARTED], 3),
        exchange=journal.steps if judgement.verdict != Verdict.CONFORMS else (),
        script=journal.script if divergence else (),
    )
    return replace(result, known=run.settings.baseline.entry(result) is not None)


@dataclass(frozen=True)
class _Judgement:
    """What became of a scenario; `fault` says that the suite itself failed."""

    verdict: Verdict
    divergence: Divergence | None = None
    reason: str | None = None
    blocked_by: str | None = None
    fault: bool = False


def _judgement(item: pytest.Item, call: pytest.CallInfo[None], journal: Journal, declared: Kind | None) -> _Judgement:
    if call.excinfo is None:
        return _Judgement(Verdict.CONFORMS)
    error, where = call.excinfo.value, call.excinfo.traceback[-1]
    if isinstance(error, Undecided):
        verdict = verdict_without_judgement(error)
        return _Judgement(verdict, reason=str(error), blocked_by=getattr(error, "by", None))
    if isinstance(error, pytest.skip.Exception):
        return _Judgement(Verdict.SKIPPED, reason=str(error))
    reason = f"{call.excinfo.exconly()} ({Path(where.path).name}:{where.lineno + 1})"
    if call.when == "call" and isinstance(error, AssertionError) and Path(where.path) == item.path:
        try:
            return _Judgement(Verdict.DIVERGES, judge(item.config.stash[_COMPARISONS], journal, declared))
        except Untyped as untyped:
            reason = f"{untyped}: write `assert observed == documented` ({Path(where.path).name}:{where.lineno + 1})"
    return _Judgement(Verdict.INCONCLUSIVE, reason=reason, fault=True)


def _dress(report: pytest.TestReport, result: Result) -> None:
    """Show the verdict in pytest's own terms: a known divergence is an expected failure."""
    match result.verdict:
        case Verdict.CONFORMS:
            pass
        case Verdict.DIVERGES if result.known:
            report.outcome = "skipped"
            report.wasxfail = f"known: {result.kind}: {result.observed}"
        case Verdict.DIVERGES:
            report.outcome = "failed"
            report.longrepr = f"{result.kind}: {result.observed}"  # the process that shows it has more to say
        case Verdict.INCONCLUSIVE:
            report.outcome = "failed"
            report.longrepr = f"inconclusive: {result.reason}"
        case _:
            report.outcome = "skipped"
            report.longrepr = (
                str(SCENARIOS / report.location[0]),
                report.location[1] or 0,
                f"{result.verdict}: {result.reason}",
            )


def _notice_a_broken_endpoint(item: pytest.Item, run: Run) -> None:
    """After a transport fault, ask once whether the endpoint still answers; if not, the rest is not tried.

    Nor is it where an endpoint that answers something leaves one scenario after the other without an answer. Without a
    network nothing can break: a request that was not recorded says nothing of the next."""
    if isinstance(run.settings.target, OfflineTarget):
        return
    run.unanswered += 1
    service = getattr(item, "funcargs", {}).get("service")
    if service is not None and run.broken is None:
        run.broken = unusable_because(service.endpoint)
        if run.broken is None and run.unanswered == UNANSWERED:
            run.broken = f"{UNANSWERED} scenarios in a row got no answer"


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Tell the controller what this worker knows; write the reports; fail a run with a stale baseline."""
    config = session.config
    run = config.stash.get(RUN, None)
    if run is None:
        return
    worker = getattr(config, "workeroutput", None)
    if worker is not None:
        worker["conformance"] = {
            "planned": dict(run.planned),
            "partial": sorted(run.partial),
            "left_out": dict(run.left_out),
            "problem": run.problem,
            "version": run.reported_version,
            "unusable": run.unusable,
            "instruments": [asdict(instrument) for instrument in run.instruments],
        }
        return
    if run.problem is not None:
        session.exitstatus = pytest.ExitCode.USAGE_ERROR
        return
    run.seconds = round((datetime.now(UTC) - run.started).total_seconds(), 1)
    if run.settings.state is not None:
        run.settings.state.close()
    if run.unusable is not None:
        return
    if session.exitstatus not in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED):
        return  # a report on a part of what was asked for would pass for the whole
    reports = _reports(config)
    if (file := reports["json"]) is not None:
        document.write(run, file)
    if (file := reports["junit"]) is not None:
        junit.write(run, file)
    if (file := reports["html"]) is not None:
        html.write(run, file)
    if run.results and run.exit_code and session.exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED  # a stale entry, or nothing that could be judged


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    """Under plain pytest: the same table, and the entries of the baseline that no longer hold."""
    run = config.stash.get(RUN, None)
    if run is None or not (run.results or run.problem or run.unusable):
        return
    terminalreporter.section("conformance")
    if run.results:
        terminalreporter.write(text_of(summary(run)) + "\n" + text_of(table(run)))
    for problem in filter(None, (run.problem, run.unusable)):
        terminalreporter.write_line(problem, red=True)


class Collector:
    """Keeps the results, in the process that the user started."""

    def __init__(self, run: Run, plugins: pytest.PytestPluginManager) -> None:
        self._run = run
        self._plugins = plugins

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Keep what `pytest_runtest_makereport` attached, in whichever process; explain it to those who print it."""
        document = getattr(report, "conformance", None)
        if document is None:
            return
        result = Result.of_json(document)
        self._run.results[result.id] = result
        printed = self._plugins.has_plugin("terminalreporter")  # `cognito-conformance run` has a view of its own
        if printed and report.outcome == "failed" and result.verdict == Verdict.DIVERGES:
            report.longrepr = explanation(result, self._run.settings)

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:
        """Take over what an xdist worker knows; every worker collects the same."""
        known = getattr(node, "workeroutput", {}).get("conformance")
        if known:
            self._run.planned = Counter(known["planned"])
            self._run.partial = set(known["partial"])
            self._run.left_out = Counter(known["left_out"])
            self._run.problem = known["problem"]
            self._run.reported_version = known["version"] or self._run.reported_version
            self._run.unusable = known["unusable"] or self._run.unusable
            self._run.instruments = self._run.instruments or tuple(map(Instrument.of_json, known["instruments"]))


def claim_of(item: pytest.Item) -> str:
    """The claim that a scenario judges."""
    marker = item.get_closest_marker("claim")
    assert marker is not None
    return str(marker.args[0])


def _scenario(item: pytest.Item) -> str:
    return item.name.partition("[")[0]


def binding_of(item: pytest.Item) -> str:
    """The binding over which a scenario runs."""
    return str(item.callspec.params[_way(item.fixturenames)])  # type: ignore[attr-defined]


def _way(fixtures: Sequence[str]) -> str:
    """The fixture that takes the binding's name: `aws` where the program is judged and not the target."""
    return "aws" if "aws" in fixtures else "binding"


def _parameters(item: pytest.Item) -> str:
    """The part of the id behind the binding, as `[sdk-CONFIRMED-USER_SRP_AUTH]` has it."""
    return item.name.partition("[")[2].removesuffix("]").partition("-")[2]


def _pair(item: pytest.Item) -> str:
    return f"{claim_of(item)}|{binding_of(item)}"
