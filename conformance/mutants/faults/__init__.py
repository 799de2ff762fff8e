"""The catalogue of faults: each one line of intent, how it is planted, and the claims that must catch it."""

from __future__ import annotations

from conformance.mutants.faults.authorization import authorization
from conformance.mutants.faults.challenge import challenges
from conformance.mutants.faults.codes import codes
from conformance.mutants.faults.dispatch import dispatch
from conformance.mutants.faults.errors import errors
from conformance.mutants.faults.expiry import expiry
from conformance.mutants.faults.federated import federated
from conformance.mutants.faults.history import history
from conformance.mutants.faults.input import inputs
from conformance.mutants.faults.isolation import isolation
from conformance.mutants.faults.lifecycle import lifecycle
from conformance.mutants.faults.output import outputs
from conformance.mutants.faults.permissions import permissions
from conformance.mutants.faults.policy import policies
from conformance.mutants.faults.pools import pools
from conformance.mutants.faults.sign_in import signing_in
from conformance.mutants.faults.status import statuses
from conformance.mutants.faults.storage import stored
from conformance.mutants.faults.usernames import usernames
from conformance.mutants.faults.wording import wording
from conformance.mutants.mutant import Mutant

GROUPS = (
    statuses, lifecycle, stored, signing_in, challenges, isolation, usernames, pools, policies, history, expiry,
    permissions, inputs, outputs, errors, dispatch, authorization, wording, federated, codes,
)  # fmt: skip


def catalogue() -> dict[str, Mutant]:
    """Every mutant by its name.

    Raises ValueError where two have one name."""
    every = [one for group in GROUPS for one in group()]
    named = {one.name: one for one in every}
    if len(named) != len(every):
        raise ValueError("two mutants have one name")
    return named
