"""The attributes of a user: what a request gives, what the pool's schema requires, and where a code goes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from conformance.reference.errors import Refusal
from conformance.reference.stored import StoredPool, StoredUser

PREFIX = "userAttributes."
MEDIUMS = {"email": "EMAIL", "phone_number": "SMS"}


def given(request: Mapping[str, Any]) -> dict[str, str]:
    """The attributes that a request gives."""
    return {attribute["Name"]: attribute.get("Value", "") for attribute in request.get("UserAttributes", ())}


def required_by(schema: list[dict[str, Any]]) -> tuple[str, ...]:
    """The names that a schema requires; of those the user has `sub` without being asked."""
    return tuple(entry["Name"] for entry in schema if entry.get("Required") and entry["Name"] != "sub")


def lacking(pool: StoredPool, user: StoredUser) -> list[str]:
    """The attributes that the pool requires and the user does not have."""
    return [name for name in pool.required if name not in user.attributes]


def check_sign_up(pool: StoredPool, attributes: Mapping[str, str]) -> None:
    """Raise Refusal where a user who signs up does not give what the pool requires."""
    for name in pool.required:
        if name not in attributes:
            text = f"Attributes did not conform to the schema: {name}: The attribute is required"
            raise Refusal("InvalidParameterException", f"{text}\n")


def answered(responses: Mapping[str, str]) -> dict[str, str]:
    """The attributes that come with the answer to a challenge."""
    return {name.removeprefix(PREFIX): value for name, value in responses.items() if name.startswith(PREFIX)}


def check_answered(pool: StoredPool, user: StoredUser, attributes: Mapping[str, str]) -> None:
    """Raise Refusal where an answer changes what the user has, or leaves out what the pool requires."""
    for name in attributes:
        if name in user.attributes:
            raise Refusal("NotAuthorizedException", f"Cannot modify an already provided {name}")
    for name in lacking(pool, user):
        if name not in attributes:
            raise Refusal("InvalidParameterException", f"Invalid attributes given, {name} is missing")


def contacts(user: StoredUser) -> list[str]:
    """The verified attributes that a code can be sent to."""
    return [name for name in MEDIUMS if user.verified(name)]


def delivery(attributes: Mapping[str, str], name: str) -> dict[str, str]:
    """Where a code went, as far as the service tells."""
    return {"Destination": masked(attributes[name]), "DeliveryMedium": MEDIUMS[name], "AttributeName": name}


def masked(address: str) -> str:
    """An address or number with most of it hidden."""
    user, at, host = address.partition("@")
    if at:
        return f"{user[:1]}***@{host[:1]}***"
    return f"{address[:1]}{'*' * max(len(address) - 5, 0)}{address[-4:]}"
