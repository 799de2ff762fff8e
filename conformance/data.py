"""Where the data lies: `schemas/` and `fixtures/`, beside the package in a checkout, inside it when installed."""

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent
_ROOT = _PACKAGE if (_PACKAGE / "schemas").is_dir() else _PACKAGE.parent

SCHEMAS = _ROOT / "schemas"
FIXTURES = _ROOT / "fixtures"
SCENARIOS = _PACKAGE / "scenarios"
