"""Sealed secrets."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from buckets.errors import BrokenSetting, SealBroken
from buckets.names import AccessKey
from gateway.auth.seal import Seal
from tests.unit.auth.gate import CountedIds

IDS = CountedIds()
SEAL = Seal(32 * b"k", ids=IDS)
OWNER = AccessKey("SWABCDEFGHIJKLMNOPQR")
OTHER = AccessKey("SWABCDEFGHIJKLMNOPQS")


@given(secret=st.text(st.characters(codec="utf-8"), max_size=60))
def test_a_sealed_secret_opens_as_it_was(secret: str) -> None:
    assert SEAL.unseal(SEAL.seal(secret, OWNER), OWNER) == secret


def test_a_secret_is_never_sealed_the_same_way_twice() -> None:
    assert len({SEAL.seal("secret", OWNER) for _ in range(100)}) == 100


def test_a_sealed_secret_does_not_hold_the_secret() -> None:
    assert b"secret" not in SEAL.seal("secret", OWNER)


def test_another_seal_key_opens_nothing() -> None:
    with pytest.raises(SealBroken):
        Seal(32 * b"K", ids=IDS).unseal(SEAL.seal("secret", OWNER), OWNER)


def test_a_secret_moved_to_another_access_key_stays_shut() -> None:
    with pytest.raises(SealBroken) as caught:
        SEAL.unseal(SEAL.seal("secret", OWNER), OTHER)
    assert caught.value.access_key == OTHER


def test_a_truncated_seal_stays_shut_at_every_length() -> None:
    sealed = SEAL.seal("secret", OWNER)
    for length in range(len(sealed)):
        with pytest.raises(SealBroken):
            SEAL.unseal(sealed[:length], OWNER)


def test_another_byte_anywhere_breaks_the_seal() -> None:
    sealed = SEAL.seal("secret", OWNER)
    for place in range(len(sealed)):
        with pytest.raises(SealBroken):
            SEAL.unseal(sealed[:place] + bytes([sealed[place] ^ 1]) + sealed[place + 1 :], OWNER)


@pytest.mark.parametrize("size", [0, 16, 24, 31, 33])
def test_a_seal_key_of_another_size_is_a_broken_setting(size: int) -> None:
    with pytest.raises(BrokenSetting):
        Seal(bytes(size), ids=IDS)
