"""The report and the matrix on a desk and on a phone, by day and by night: nothing is cut off, axe has no complaint."""

import pytest

from conformance.report import html, matrix
from tests.report.reports import RESULTS, report


def _matrix():
    """A matrix of two targets, since an earlier one of one of them."""
    reports = [report(*RESULTS), report(*RESULTS[:3])]
    reports[1]["target"] = {"name": "another-target", "version": "1.2.3", "url": None}
    return matrix.html(matrix.build(reports, matrix.build(reports[:1])))


PAGES = {"report": lambda: html.render(report(*RESULTS, baseline="mine.toml")), "matrix": _matrix}


@pytest.fixture(params=PAGES)
def page(request):
    """A page with everything that it can have."""
    return PAGES[request.param]()


@pytest.fixture(params=[1400, 390])
def viewport(request):
    """A window on a desk, and a phone."""
    return {"width": request.param, "height": 900}


def _open_all(opened):
    opened.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true })")


def test_nothing_is_wider_than_the_screen(open_page, page, viewport):
    """No page scrolls sideways, whatever is open."""
    opened = open_page(page, viewport=viewport)
    _open_all(opened)

    assert opened.evaluate("document.documentElement.scrollWidth") <= viewport["width"]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(open_page, axe, page, viewport, scheme):
    """The checker of accessibility has no complaint, in either colour scheme, with everything open."""
    opened = open_page(page, viewport=viewport, color_scheme=scheme)
    _open_all(opened)
    opened.add_script_tag(path=axe)
    found = opened.evaluate("axe.run({resultTypes: ['violations']})")

    assert [(rule["id"], rule["nodes"][0]["html"]) for rule in found["violations"]] == []


def test_the_matrix_opens_its_claims_by_their_link(open_page):
    """A link of the lists above the table leads to the row of its claim, without a script."""
    opened = open_page(_matrix(), java_script_enabled=False)
    opened.click("section[aria-labelledby='unanimous'] a >> nth=0")
    claim = opened.url.partition("#")[2]

    assert opened.locator(f"tr[id='{claim}']").is_visible()
