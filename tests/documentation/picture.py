"""The picture of a report that the README shows: `python -m tests.documentation.picture [REPORT.json]`.

Judges moto unless a JSON report is named, and takes a picture of the top of the page in a real browser."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

from conformance.report import document, html

PICTURE = Path(__file__).parents[2] / "docs" / "images" / "report.png"
WIDTH, HEIGHT = 1200, 1000


def main() -> None:
    """Write docs/images/report.png."""
    with tempfile.TemporaryDirectory() as directory:
        report = Path(sys.argv[1]) if len(sys.argv) > 1 else _judged(Path(directory, "moto.json"))
        page = Path(directory, "report.html")
        page.write_text(html.render(document.read(report)), encoding="utf-8")
        take(page, PICTURE)
    print(f"{PICTURE}: {PICTURE.stat().st_size / 1000:.0f} KB")


def _judged(report: Path) -> Path:
    """The JSON report of a run of moto."""
    subprocess.run([sys.executable, "-m", "conformance", "run", "moto", f"--json={report}"], check=True)
    return report


def take(page: Path, picture: Path) -> None:
    """Take a picture of the top of a page."""
    picture.parent.mkdir(parents=True, exist_ok=True)
    program = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        tab = browser.new_page(viewport={"width": WIDTH, "height": HEIGHT}, color_scheme="light")
        tab.goto(page.as_uri())
        tab.screenshot(path=picture)
        browser.close()


if __name__ == "__main__":
    main()
