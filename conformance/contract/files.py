"""The files of schemas/ and fixtures/: where they are, and TOML held to its JSON Schema.

Both directories lie beside the package in a checkout, inside it when installed."""

from __future__ import annotations

import json
import tomllib
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema

from conformance.errors import BadInput

_PACKAGE = Path(__file__).resolve().parent.parent
_ROOT = _PACKAGE if (_PACKAGE / "schemas").is_dir() else _PACKAGE.parent
SCHEMAS = _ROOT / "schemas"
FIXTURES = _ROOT / "fixtures"
# The package where it is an installed copy, which nothing may change; None in a checkout.
INSTALLED = _PACKAGE if _ROOT == _PACKAGE else None


def toml(what: str, path: Path) -> dict[str, Any]:
    """Read a TOML file; `what` names it in error messages, such as "baseline".

    Raises BadInput where it cannot be read or is not TOML."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))  # some editors begin a file with a mark
    except OSError as error:
        raise BadInput(f"{what} {path} cannot be read: {error.strerror}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadInput(f"{what} {path} is not TOML: {error}") from None


def fault(document: dict[str, Any], schema: str) -> jsonschema.ValidationError | None:
    """The fault in a document that says most, by the file schemas/`schema`.schema.json; None where there is none."""
    found: jsonschema.ValidationError | None = jsonschema.exceptions.best_match(
        _validator(schema).iter_errors(document)
    )
    return found


@cache
def _validator(schema: str) -> Any:
    text = (SCHEMAS / f"{schema}.schema.json").read_text(encoding="utf-8")
    return jsonschema.Draft202012Validator(json.loads(text))
