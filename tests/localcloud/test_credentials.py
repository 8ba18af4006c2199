from datetime import datetime, timezone

from localcloud.credentials import KeyRing

EXPIRY = datetime(2026, 11, 21, 12, tzinfo=timezone.utc)


def test_a_key_that_was_added_is_found() -> None:
    keys = KeyRing()
    added = keys.add("AKIDone", "secret")
    assert keys.find("AKIDone") == added
    assert keys.find("AKIDother") is None


def test_temporary_credentials_differ_each_time_and_have_a_token_and_an_end() -> None:
    keys = KeyRing()
    one, other = keys.issue(EXPIRY), keys.issue(EXPIRY)
    assert keys.find(one.access_key_id) == one
    assert one.expiry == EXPIRY
    assert one.token
    assert {one.access_key_id, one.secret_key, one.token}.isdisjoint(
        {other.access_key_id, other.secret_key, other.token}
    )


def test_secrets_are_not_shown() -> None:
    identity = KeyRing().issue(EXPIRY)
    assert identity.secret_key not in repr(identity)
    assert identity.token is not None
    assert identity.token not in repr(identity)
