"""Minted SigV4 key pairs."""

import re

from buckets.names import AccessKey
from gateway.auth import keys
from tests.unit.auth.gate import CountedIds


def test_a_minted_pair_has_the_lengths_that_clients_expect() -> None:
    access_key, secret = keys.mint(CountedIds())
    assert isinstance(access_key, AccessKey)
    assert re.fullmatch(r"SW[A-Z2-7]{18}", access_key)
    assert re.fullmatch(r"[A-Z2-7]{40}", secret)


def test_no_pair_is_minted_twice() -> None:
    ids = CountedIds()
    minted = [keys.mint(ids) for _ in range(100)]
    assert len({pair.access_key for pair in minted}) == len({pair.secret for pair in minted}) == 100


def test_a_minted_pair_does_not_show_its_secret() -> None:
    minted = keys.mint(CountedIds())
    assert minted.secret not in f"{minted} {minted!r}"
