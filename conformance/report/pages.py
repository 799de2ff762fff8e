"""The templates of the HTML pages, with what they share."""

from __future__ import annotations

from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from conformance.report.findings import percent


def environment() -> Environment:
    """Templates that escape what they are given, and fail for a name that they are not given."""
    made = Environment(
        loader=PackageLoader("conformance", "report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals |= {"css": asset("page.css"), "percent": percent}
    return made


def asset(name: str) -> Markup:
    """A file of this room that stands in a page as it is."""
    return Markup((Path(__file__).parent / name).read_text(encoding="utf-8"))
