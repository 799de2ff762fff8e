"""The catalogue of faults: each one line of intent, how it is planted, and the claims that must kill it."""

from __future__ import annotations

from collections.abc import Mapping

# A module puts its faults into the catalogue when it is imported: this order is the order of the catalogue.
# isort: off
from conformance.mutants.faults import status  # noqa: F401
from conformance.mutants.faults import lifecycle  # noqa: F401
from conformance.mutants.faults import storage  # noqa: F401
from conformance.mutants.faults import sign_in  # noqa: F401
from conformance.mutants.faults import challenge  # noqa: F401
from conformance.mutants.faults import isolation  # noqa: F401
from conformance.mutants.faults import usernames  # noqa: F401
from conformance.mutants.faults import pools  # noqa: F401
from conformance.mutants.faults import policy  # noqa: F401
from conformance.mutants.faults import history  # noqa: F401
from conformance.mutants.faults import expiry  # noqa: F401
from conformance.mutants.faults import permissions  # noqa: F401
from conformance.mutants.faults import input  # noqa: F401
from conformance.mutants.faults import output  # noqa: F401
from conformance.mutants.faults import errors  # noqa: F401
from conformance.mutants.faults import dispatch  # noqa: F401
from conformance.mutants.faults import authorization  # noqa: F401
from conformance.mutants.faults import wording  # noqa: F401
from conformance.mutants.faults import federated  # noqa: F401
from conformance.mutants.faults import codes  # noqa: F401
from conformance.mutants.faults import sessions  # noqa: F401
from conformance.mutants.faults import tokens  # noqa: F401
from conformance.mutants.faults import clients  # noqa: F401
from conformance.mutants.faults import elsewhere  # noqa: F401

from conformance.mutants.faults import innocent  # noqa: F401

# isort: on
from conformance.mutants.mutant import CATALOGUE, Mutant


def catalogue() -> Mapping[str, Mutant]:
    """Every mutant by its name."""
    return CATALOGUE
