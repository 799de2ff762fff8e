"""The page: all of it can be read without its script, and in a browser filters, tabs and links do what they should."""

import re
from html.parser import HTMLParser

import pytest

from conformance.contract import ledger, transitions
from conformance.report import diagram, help_page, html
from conformance.verdict.journal import Exchange
from conformance.verdict.results import Result
from conformance.verdict.verdicts import Verdict
from tests.report.reports import RESULTS, STEP, report, result


class _Texts(HTMLParser):
    """The ids of a page, the links inside of it, and what is open."""

    def __init__(self):
        super().__init__()
        self.ids, self.links = [], []

    def handle_starttag(self, _, attrs):
        attributes = dict(attrs)
        self.ids += [attributes["id"]] if "id" in attributes else []
        self.links += [attributes["href"][1:]] if attributes.get("href", "").startswith("#") else []


def parsed(page):
    """The page, parsed."""
    found = _Texts()
    found.feed(page)
    return found


def test_every_link_inside_leads_somewhere():
    """Links lead to an id of the page, or to a claim that was not judged; each id is there once."""
    found = parsed(html.render(report(*RESULTS)))

    assert len(found.ids) == len(set(found.ids))
    assert {link for link in found.links if link not in found.ids} <= set(ledger.load_all().claims)


def test_the_header_says_what_was_judged():
    """Versions, ledger, endpoint, date, seed, clock, baseline and command are at the top."""
    page = html.render(report(*RESULTS, baseline="mine.toml"))
    header = page[: page.index("<main")]

    for part in ("moto 5", "ledger abc", "boto3 1", "2026-01-01", "seed 2", "stands still", "mine.toml", "run moto"):
        assert part in header, part


def test_what_is_not_proved_stands_above_the_causes():
    """Blocked results, and the clock that stands still, are named before anything that was found."""
    page = html.render(report(*RESULTS))
    strip = page[page.index("Not proved by this run") : page.index('id="causes"')]

    assert "something is in the way" in strip
    assert "Expiry" in strip


def test_every_verdict_has_its_place():
    """Each verdict is counted in the header and shown at its claim with its reason; what is stale is listed."""
    claims = list(ledger.load_all().claims)
    reasons = {
        verdict: f"reason of {verdict}" for verdict in Verdict if verdict not in (Verdict.CONFORMS, Verdict.DIVERGES)
    }
    results = [result(claims[n], verdict=one, reason=reasons.get(one)) for n, one in enumerate(Verdict)]
    stale = {"state": "fixed", "claim": claims[0], "kind": "crash", "observed": "reply: 500", "detail": "it conforms"}
    page = html.render(report(*results, stale=[stale]))

    for number, verdict in enumerate(Verdict):
        assert f"1 {verdict}" in page[: page.index("<main")]
        row = page[page.index(f'id="{claims[number]}"') :]
        assert reasons.get(verdict, str(verdict)) in row[: row.index("</details>")]
    assert "The baseline no longer describes" in page
    assert "fixed, it conforms" in page


def test_new_causes_stand_above_known_ones():
    """A new cause comes first, even if a known one is more serious."""
    page = html.render(report(*RESULTS))

    assert page.index('id="permissive-') < page.index('id="crash-')


def test_the_page_of_the_client_is_coloured_by_verdict():
    """Each sentence that makes a claim leads to it, in the colour of its verdict."""
    page = html.render(report(*RESULTS))

    assert re.search(r'<a class="diverges" href="#temporary-password-is-challenged"', page)
    assert re.search(r'<a class="conforms" href="#permanent-password-signs-in"', page)


def test_every_sentence_of_the_client_is_a_claim_or_an_aside():
    """The ledger accounts for what the installed botocore says."""
    sentences = [sentence for part in help_page.parts(ledger.load_all()) for sentence in part.sentences]

    assert len(sentences) > 20
    assert [sentence.text for sentence in sentences if not sentence.claims and not sentence.aside] == []


def test_hostile_text_is_text():
    """Markup in what a target answered is shown, and never becomes part of the page."""
    evil = "</pre><script>alert(1)</script><img src=x onerror=alert(1)>{{ 7*7 }}"
    hostile = result("works-on-any-user", verdict=Verdict.DIVERGES, observed=evil, exchange=(Exchange(evil, evil),))
    page = html.render(report(hostile))

    assert page.count("<script") == 1
    assert "<img" not in page
    assert "{{ 7*7 }}" in page


def test_fifteen_hundred_results_make_a_small_page():
    """1,500 results with their evidence are less than 1.5 MB."""
    claims = list(ledger.load_all().claims)
    many = [
        result(
            claims[number % 150],
            str(number),
            Verdict.DIVERGES if number % 3 == 0 else Verdict.CONFORMS,
            **({"observed": f"reply: {number % 60}", "exchange": (STEP,) * 8} if number % 3 == 0 else {}),
        )
        for number in range(1500)
    ]

    assert len(html.render(report(*many)).encode()) < 1_500_000


def test_the_diagram_has_every_edge_of_the_table():
    """What leads from one status to another is drawn, coloured by the rows that were judged."""
    row = next(row for row in transitions.load().rows if row.asserted and row.to == "CONFIRMED" != row.start)
    judged = Result(
        f"test_transition[sdk-{row.id}]", row.claim, "test_transition", "sdk", row.id, "page", Verdict.CONFORMS
    )
    edges = diagram.edges([judged])
    pairs = {
        (r.start, r.to) for r in transitions.load().rows if r.asserted and r.enabled and r.to not in (None, r.start)
    }

    assert {(edge.start, edge.to) for edge in edges} == pairs
    assert {edge.tone for edge in edges if (edge.start, edge.to) == (row.start, row.to)} == {"conforms"}
    assert {edge.tone for edge in edges} == {"conforms", "none"}


def test_no_number_of_the_diagram_hides_another():
    """The numbers on the edges are apart, and none is behind a box."""
    labels = [edge.label for edge in diagram.edges([])]
    boxes = list(diagram.nodes().values())

    assert [(a, b) for a in labels for b in labels if a < b and abs(a[0] - b[0]) < 20 and abs(a[1] - b[1]) < 20] == []
    assert [
        a for a in labels for b in boxes if abs(a[0] - b[0]) < diagram.NODE_WIDTH / 2 and abs(a[1] - b[1]) < 22
    ] == []


@pytest.fixture
def opened(open_page):
    """A function that opens the page of RESULTS at a fragment."""
    page = html.render(report(*RESULTS))
    return lambda fragment="", **options: open_page(page, fragment, **options)


def shown(page):
    """The claims that are shown."""
    return page.eval_on_selector_all("details[data-topic]:not([hidden])", "found => found.map(one => one.id)")


def test_filters_choose_claims(opened):
    """Verdict, kind and words choose what is shown; reset brings all back; the count is said."""
    page = opened()
    page.select_option("#f-verdict", "diverges")
    assert sorted(shown(page)) == ["temporary-password-is-challenged", "works-on-any-user"]
    page.select_option("#f-kind", "crash")
    assert shown(page) == ["works-on-any-user"]
    assert page.text_content("#shown") == "1 of 4 claims shown"
    page.click("#f-reset")
    page.wait_for_function("document.getElementById('shown').textContent === ''")
    assert len(shown(page)) == 4
    page.fill("#f-search", "challenged temporary")
    assert shown(page) == ["temporary-password-is-challenged"]


def test_a_permalink_opens_its_claim(opened):
    """A link to a claim, or to a cause among the known ones, opens it and what it is in."""
    page = opened("#works-on-any-user")
    assert page.eval_on_selector("#works-on-any-user", "one => one.open")
    page.click("#works-on-any-user a[href^='#crash-']")
    page.wait_for_function("document.querySelector('details[id^=crash-]').open")
    assert page.is_visible("details[id^=crash-] h3 >> nth=0")


def test_tabs_show_one_way_at_a_time(opened):
    """Of boto3, AWS CLI and curl the chosen one is shown, by keyboard too, and without the script."""
    for options in ({}, {"java_script_enabled": False}):
        page = opened(**options)
        page.click("details[id^=permissive-] summary >> nth=0")
        group = page.locator("details[id^=permissive-] .tabs >> nth=0")
        assert [pane.is_visible() for pane in group.locator(".pane").all()] == [True, False, False]
        group.locator("label", has_text="curl").click()
        assert [pane.is_visible() for pane in group.locator(".pane").all()] == [False, False, True]
        page.keyboard.press("ArrowLeft")
        assert [pane.is_visible() for pane in group.locator(".pane").all()] == [False, True, False]


def test_an_edge_of_the_diagram_opens_its_row(opened):
    """Clicking a number in the diagram opens the list entry that says the same."""
    page = opened()
    page.locator("svg a text").first.click()
    edge = page.url.partition("#")[2]
    page.wait_for_function(f"document.getElementById('{edge}').open")


def test_without_script_all_can_be_read(opened):
    """Filters that would do nothing are not shown, and every claim is there and can be opened."""
    page = opened(java_script_enabled=False)

    assert not page.is_visible(".filters")
    assert page.locator("details[data-topic]").count() == 4
    page.click("#works-on-any-user > summary")
    assert page.is_visible("#works-on-any-user dl >> nth=0")
