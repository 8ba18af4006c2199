from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support import ROOT
from voice_separation.capability import Grant, KeyRing
from voice_separation.errors import CapabilityRefused

NOW = datetime(2026, 11, 21, 3, 30, tzinfo=timezone.utc)
TTL = timedelta(hours=72)
UPLOAD = "0123456789abcdef0123456789abcdef"
OLD, NEW = "old-secret-old-secret", "new-secret-new-secret"
RING = KeyRing((NEW, OLD))

# Worked out with openssl, not with this code:
#   printf 'v1\n0123456789abcdef0123456789abcdef\n1795491000' | openssl dgst -sha256 -hmac new-secret-new-secret \
#     -binary | head -c 16 | basenc --base64url | tr -d =
KNOWN_PATH = "/v1/0123456789abcdef0123456789abcdef/1795491000/HFR07jpNcpz_jeLVEXyenw"
#   printf 'v1\nstatic\n' | openssl dgst … as above
KNOWN_STATIC_PATH = "/v1/static/ppRjtCIzJd4NIf5W2y4xng"


def cause(path: str, ring: KeyRing = RING, now: datetime = NOW) -> str:
    with pytest.raises(CapabilityRefused) as caught:
        ring.verify(path, now=now)
    return caught.value.cause


def test_the_known_answers() -> None:
    assert RING.path(UPLOAD, now=NOW, ttl=TTL) == KNOWN_PATH
    assert RING.static_path() == KNOWN_STATIC_PATH
    assert RING.verify(KNOWN_PATH, now=NOW) == Grant(UPLOAD)
    assert RING.verify(KNOWN_STATIC_PATH, now=NOW) == Grant(None)


HEX = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
NOT_ASCII = "スパシーバ-ключ-ñ-secret"
EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)


@pytest.mark.parametrize(
    ("secret", "upload_id", "expiry", "signature"),
    [
        (NEW, UPLOAD, 1795491000, "HFR07jpNcpz_jeLVEXyenw"),
        (HEX, "0" * 32, 0, "0tCuNGlUO7Wvg45c2Qsmyg"),
        (NOT_ASCII, "f" * 32, 99999999999, "lqliPbmujCCaomQLqErs5g"),
    ],
    ids=["text", "hex", "not ascii"],
)
def test_the_known_answers_for_uploads(secret: str, upload_id: str, expiry: int, signature: str) -> None:
    ring = KeyRing((secret,))
    path = f"/v1/{upload_id}/{expiry}/{signature}"
    assert ring.verify(path, now=EPOCH) == Grant(upload_id)
    if expiry < 2**31:
        assert ring.path(upload_id, now=EPOCH, ttl=timedelta(seconds=expiry)) == path


@pytest.mark.parametrize(
    ("secret", "signature"),
    [(NEW, "ppRjtCIzJd4NIf5W2y4xng"), (HEX, "N-J5T9sHMjKa-rl5qTJcAw"), (NOT_ASCII, "hNVwn8JEzGLE0njN8hbQEQ")],
    ids=["text", "hex", "not ascii"],
)
def test_the_known_answers_for_jobs_of_others(secret: str, signature: str) -> None:
    assert KeyRing((secret,)).static_path() == f"/v1/static/{signature}"


def test_the_documentation_shows_a_known_answer() -> None:
    page = (ROOT / "docs" / "security.md").read_text()
    assert KNOWN_PATH in page
    assert KNOWN_STATIC_PATH in page


@given(
    st.text(min_size=16, max_size=200),
    st.binary(min_size=16, max_size=16),
    st.timedeltas(timedelta(0), timedelta(days=365 * 900)),
)
def test_no_path_is_longer_than_110_characters(secret: str, identity: bytes, valid: timedelta) -> None:
    assert len(KeyRing((secret,)).path(identity.hex(), now=EPOCH, ttl=valid)) <= 110


LONGEST_REGION = "na-siliconvalley"


@given(st.text(min_size=16, max_size=200), st.sampled_from(["", "in."]))
def test_the_whole_static_address_keeps_below_the_100_characters_of_older_queues(secret: str, network: str) -> None:
    base = f"https://1250000000-abcdefghij.{network}{LONGEST_REGION}.tencentscf.com"
    assert len(base + KeyRing((secret,)).static_path()) < 100


def test_a_representation_shows_no_secret() -> None:
    assert NEW not in repr(RING)


def test_a_base_address_with_a_path_of_its_own_does_not_matter() -> None:
    assert RING.verify("/release/v1/callback" + KNOWN_PATH, now=NOW) == Grant(UPLOAD)


def test_every_secret_of_the_ring_verifies_and_the_first_signs() -> None:
    assert RING.verify(KeyRing((OLD,)).path(UPLOAD, now=NOW, ttl=TTL), now=NOW) == Grant(UPLOAD)
    assert cause(RING.path(UPLOAD, now=NOW, ttl=TTL), KeyRing((OLD,))) == "forged"


def test_after_its_expiry_a_capability_is_refused_to_the_second() -> None:
    assert RING.verify(KNOWN_PATH, now=NOW + TTL) == Grant(UPLOAD)
    assert cause(KNOWN_PATH, now=NOW + TTL + timedelta(seconds=1)) == "expired"


def test_another_upload_or_expiry_under_the_same_signature_is_forged() -> None:
    assert cause(KNOWN_PATH.replace("0123", "1123", 1)) == "forged"
    assert cause(KNOWN_PATH.replace("/1795491000/", "/1795491001/")) == "forged"
    assert cause(KNOWN_STATIC_PATH[:11] + KNOWN_PATH[-22:]) == "forged"


def test_an_expired_forgery_is_told_as_forged_so_that_it_says_nothing_of_the_signature() -> None:
    assert cause(KNOWN_PATH.replace("/1795491000/", "/1/")) == "forged"


@pytest.mark.parametrize(
    "path",
    [
        "",
        "/",
        "/v1/",
        "/v1/static/",
        KNOWN_PATH + "/",
        KNOWN_PATH + "?a=1",
        KNOWN_PATH[:-1],
        KNOWN_PATH.upper(),
        KNOWN_PATH.replace("v1", "v2"),
        KNOWN_PATH.replace(UPLOAD, UPLOAD + "\n"),
        KNOWN_PATH.replace("1795491000", "१७९५४९१०००"),
        KNOWN_PATH + "\n",
        "/v1/" * 1000 + KNOWN_PATH,
    ],
)
def test_what_has_not_the_shape_of_a_capability_is_malformed(path: str) -> None:
    assert cause(path) == "malformed"


def test_an_empty_ring_verifies_nothing() -> None:
    assert cause(KNOWN_PATH, KeyRing(())) == "forged"


@given(st.text(max_size=120))
def test_no_text_is_a_capability_by_chance(path: str) -> None:
    with pytest.raises(CapabilityRefused):
        RING.verify(path, now=NOW)


@given(st.integers(0, len(KNOWN_PATH) - 1), st.characters(codec="utf-8"))
def test_no_changed_character_goes_unnoticed(position: int, character: str) -> None:
    changed = KNOWN_PATH[:position] + character + KNOWN_PATH[position + 1 :]
    if changed != KNOWN_PATH:
        with pytest.raises(CapabilityRefused):
            RING.verify(changed, now=NOW)


@given(st.binary(min_size=16, max_size=16), st.timedeltas(timedelta(seconds=1), timedelta(days=365)))
def test_what_the_ring_signs_it_grants(identity: bytes, ttl: timedelta) -> None:
    assert RING.verify(RING.path(identity.hex(), now=NOW, ttl=ttl), now=NOW) == Grant(identity.hex())
