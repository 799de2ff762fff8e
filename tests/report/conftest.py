"""What tests of the pages are given: a real browser, and the checker of accessibility."""

import shutil
import subprocess

import pytest

AXE = "4.14.1"


@pytest.fixture(scope="session")
def browser():
    """A real browser, where there is one."""
    api = pytest.importorskip("playwright.sync_api")
    program = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if program is None:
        pytest.skip("there is no Chromium")
    with api.sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        yield started
        started.close()


@pytest.fixture
def open_page(browser, tmp_path):
    """A function that opens a page at a fragment; nothing may be logged or requested meanwhile."""
    file = tmp_path / "page.html"
    contexts, complaints = [], []

    def call(html, fragment="", **options):
        file.write_text(html, encoding="utf-8")
        contexts.append(browser.new_context(**options))
        page = contexts[-1].new_page()
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("request", lambda request: None if request.url.startswith("file:") else complaints.append(request.url))
        page.goto(f"{file.as_uri()}{fragment}")
        return page

    yield call
    for context in contexts:
        context.close()
    assert complaints == []


@pytest.fixture(scope="session")
def axe(tmp_path_factory):
    """The file of axe-core, from npm."""
    if shutil.which("npm") is None:
        pytest.skip("npm, which has axe-core, is not installed")
    place = tmp_path_factory.mktemp("axe")
    done = subprocess.run(["npm", "pack", f"axe-core@{AXE}"], cwd=place, capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip("axe-core cannot be fetched here")
    shutil.unpack_archive(place / f"axe-core-{AXE}.tgz", place)
    return place / "package" / "axe.min.js"
