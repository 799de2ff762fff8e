"""Faults that users reported in public are planted, and noticed: the table in docs/mutants.md."""

import json
import re
import xml.etree.ElementTree as ET

import pytest

from conformance.mutants import faults
from conformance.mutants.mutant import around, serving
from conformance.mutants.trials import try_mutants
from conformance.reference.errors import Refusal
from conformance.reference.service import CognitoSpec
from conformance.target.client import client
from conformance.target.definition import INVENTED, REGION, Endpoint
from tests.documentation.printed import ROOT

ROW = re.compile(r"^\| \[?[^|]+ \| [^|]+ \| (`[^|]+|tests/[^|]+) \|$", re.MULTILINE)
INNOCENT = re.compile(r": innocent\b.*")


def _planted():
    """The third column of the table, row by row."""
    section = (ROOT / "docs" / "mutants.md").read_text("utf-8").partition("## What users reported")[2]
    return ROW.findall(section.partition("\n## ")[0])


def _names(cells):
    return [name for cell in cells for name in re.findall(r"`([^`]+)`", INNOCENT.sub("", cell))]


def test_each_report_is_planted():
    """Each of the 41 reports names mutants of the catalogue, or a test; four of them break no claim."""
    cells, catalogue = _planted(), faults.catalogue()
    innocent = _names(cell for cell in cells if INNOCENT.search(cell))

    assert len(cells) == 41
    assert [cell for cell in cells if not _names([cell]) and not (ROOT / cell).is_file()] == []
    assert [name for name in _names(cells) if name not in catalogue] == []
    assert [name for name in _names(cells) if not catalogue[name].claims] == innocent
    assert len(innocent) == 4


@pytest.mark.slow
def test_each_report_is_noticed():
    """Each fault that was reported is killed by every claim that it must be."""
    chosen = [name for name in _names(_planted()) if faults.catalogue()[name].claims]

    missed = {result.mutant: result.missed_by for result in try_mutants(chosen, 2, ("sdk",), None)}

    assert missed == dict.fromkeys(chosen, ())


@around(CognitoSpec, "create_user_pool_client")
def no_client(*_):
    """Refuse every app client."""
    raise Refusal("InvalidParameterException", "ExplicitAuthFlows")


def test_a_pool_without_a_client_is_deleted(run):
    """Where CreateUserPoolClient is refused nothing is judged, and the pool that was made for it is gone."""
    with serving(no_client) as url:
        done = run("--endpoint-url", url, "-k", "works-on-any-user")
        left = client(Endpoint(url, REGION, INVENTED)).list_user_pools(MaxResults=60)["UserPools"]

    assert (done.exit_code, done.report) == (3, None)
    assert "CreateUserPoolClient answered InvalidParameterException" in done.stderr
    assert left == []


CONTROL = "bad \x12\x00\x1b[31m \ud800 \ufffe ]]> <b> & \u202e"


@around(CognitoSpec, "admin_set_user_password")
def control_characters(real, self, asked):
    """Refuse in words that no terminal should get."""
    try:
        return real(self, asked)
    except Refusal as problem:
        raise Refusal(f"{problem.code}\x1b", CONTROL) from None


def test_control_characters_stay_out_of_reports(run, tmp_path):
    """Control characters and half surrogates of an answer are in no report as they are, and each stays well-formed."""
    junit, page = tmp_path / "junit.xml", tmp_path / "page.html"
    with serving(control_characters) as url:
        files = (f"--junit={junit}", f"--html={page}")
        done = run(
            "--endpoint-url", url, "--bindings=sdk", "--tier=wording", "-k", "test_unknown_user_is_not_found", *files
        )

    assert done.exit_code == 1
    assert ET.parse(junit).getroot().tag == "testsuites"
    texts = (done.stdout, page.read_text("utf-8"), junit.read_text("utf-8"), json.dumps(done.report))
    assert [re.findall("[\x00\x12\x1b\ud800\ufffe\u202e]", text) for text in texts] == [[], [], [], []]
