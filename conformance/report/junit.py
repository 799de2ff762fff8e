"""JUnit XML: a suite for each claim, a case for each result."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree
from xml.etree.ElementTree import Element, SubElement

from conformance.report.findings import by_topic, explanation
from conformance.run.run import Run
from conformance.verdict.results import Result
from conformance.verdict.verdicts import Verdict


def render(run: Run) -> Element:
    """The report as an element `testsuites`."""
    causes = {result.id: cause.id for cause in run.causes for result in cause.results}
    root = Element("testsuites", name="cognito-conformance", time=f"{run.seconds:.3f}")
    for claims in by_topic(run.results.values()).values():
        for claim in claims:
            results = claim.results
            suite = SubElement(root, "testsuite", name=claim.claim.id, tests=str(len(results)))
            suite.set("timestamp", run.started.isoformat(timespec="seconds"))
            suite.set("time", f"{sum(result.seconds for result in results):.3f}")
            cases = [_case(suite, result, run, causes.get(result.id, "")) for result in results]
            for counted, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
                suite.set(counted, str(sum(case.find(tag) is not None for case in cases)))
    return root


def _case(suite: Element, result: Result, run: Run, cause: str) -> Element:
    case = SubElement(suite, "testcase", classname=result.claim, name=result.id, time=f"{result.seconds:.3f}")
    properties = SubElement(case, "properties")
    for name, value in (("verdict", result.verdict), ("kind", result.kind or ""), ("cause", cause)):
        SubElement(properties, "property", name=name, value=str(value))
    match result.verdict:
        case Verdict.CONFORMS:
            pass
        case Verdict.DIVERGES if result.known:
            SubElement(case, "skipped", message=f"known: {result.kind}: {result.observed}")
        case Verdict.DIVERGES:
            failure = SubElement(case, "failure", type=str(result.kind), message=f"{result.kind}: {result.observed}")
            failure.text = explanation(result, run.settings)
        case Verdict.INCONCLUSIVE:
            SubElement(case, "error", type="inconclusive", message=str(result.reason))
        case _:
            SubElement(case, "skipped", type=str(result.verdict), message=f"{result.verdict}: {result.reason}")
    return case


def write(run: Run, file: Path) -> None:
    """Write the report to `file`."""
    ElementTree.indent(root := render(run))
    ElementTree.ElementTree(root).write(file, encoding="utf-8", xml_declaration=True)
