"""Which UserPoolId is valid, and what happens if it names no pool."""

import pytest

from conformance.scenarios.requests import user_before

both_kinds = pytest.mark.parametrize("permanent", [True, False], ids=["permanent", "temporary"])


@pytest.fixture
def user(pool, permanent):
    """A user of that pool."""
    return user_before(pool, permanent)


@pytest.fixture
def spell(pool):
    """What is written, with the two halves of the pool's own id in place: its region, and the key after it."""
    region, _, key = pool.id.rpartition("_")
    return lambda written: written.format(region=region, key=key)


# Within the model's pattern, [\w-]+_[0-9a-zA-Z]+, but nobody's.
UNKNOWN = {
    "another-key": "{region}_NoSuchKey",
    "one-character-more": "{region}_{key}0",
    "only-digits": "{region}_000000000",
}


@pytest.mark.claim("unknown-pool-is-not-found")
@pytest.mark.parametrize("written", UNKNOWN.values(), ids=UNKNOWN)
@both_kinds
def test_unknown_pool_is_not_found(refused, user, spell, written, permanent):
    """A well-formed id that no pool has is refused with ResourceNotFoundException."""
    reply = refused(user, UserPoolId=spell(written), Permanent=permanent)

    assert reply.error == "ResourceNotFoundException"


# Outside that pattern, by one fault each.
MALFORMED = {
    "no-underscore": "{region}{key}",
    "nothing-before-the-underscore": "_{key}",
    "nothing-after-the-underscore": "{region}_",
    "underscore-at-the-end": "{region}_{key}_",
    "hyphen-after-the-underscore": "{region}_{key}-",
    "full-stop-before-the-underscore": "{region}._{key}",
    "slash-after-the-underscore": "{region}_{key}/",
    "colon-for-the-underscore": "{region}:{key}",
    "accent-before-the-underscore": "{region}é_{key}",
    "accent-after-the-underscore": "{region}_{key}é",
    "space-in-front": " {region}_{key}",
    "space-inside": "{region}_ {key}",
    "space-at-the-end": "{region}_{key} ",
    "line-feed-at-the-end": "{region}_{key}\n",
}


@pytest.mark.claim("malformed-pool-id-is-refused")
@pytest.mark.parametrize("written", MALFORMED.values(), ids=MALFORMED)
@both_kinds
def test_malformed_pool_id_is_refused(refused, user, spell, written, permanent):
    """An id that the model's pattern does not allow is refused with InvalidParameterException."""
    reply = refused(user, UserPoolId=spell(written), Permanent=permanent)

    assert reply.error == "InvalidParameterException"


@pytest.mark.claim("pool-id-over-55-characters-is-refused")
@pytest.mark.parametrize("written", ["{region}_{key}", "{region}_"], ids=["own-key-and-more", "another-key"])
@both_kinds
def test_pool_id_over_55_characters_is_refused(refused, user, spell, written, permanent):
    """An id of 56 characters is refused with InvalidParameterException."""
    reply = refused(user, UserPoolId=spell(written).ljust(56, "x"), Permanent=permanent)

    assert reply.error == "InvalidParameterException"
