"""API keys as bearer tokens."""

import hashlib
import re

import pytest

from buckets.errors import NotAuthenticated
from gateway.auth import tokens
from tests.unit.auth.gate import CountedIds


def test_a_minted_token_is_recognisable_and_found_by_its_hash() -> None:
    token, prefix, token_hash = tokens.mint(CountedIds())
    assert re.fullmatch(r"sw_[A-Za-z0-9_-]{43}", token)
    assert token.startswith(prefix)
    assert len(prefix) == 11
    assert token_hash == hashlib.sha256(token.encode()).digest() == tokens.parse_bearer(f"Bearer {token}")


def test_no_token_is_minted_twice() -> None:
    ids = CountedIds()
    assert len({tokens.mint(ids) for _ in range(100)}) == 100


def test_a_minted_token_does_not_show_itself() -> None:
    minted = tokens.mint(CountedIds())
    assert minted.token not in f"{minted} {minted!r}"


@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER", "Bearer  "])
def test_the_scheme_may_be_written_in_any_case(scheme: str) -> None:
    assert tokens.parse_bearer(f"{scheme} sw_{43 * 'A'}")


@pytest.mark.parametrize(
    "header",
    [
        "Bearer",
        "Bearer ",
        f"Bearer\tsw_{43 * 'A'}",
        f"Bearer sw_{42 * 'A'}",
        f"Bearer sw_{44 * 'A'}",
        f"Bearer sw_{43 * 'A'} ",
        f"Bearer sw_{43 * 'A'}\n",
        f"Bearer sw_{42 * 'A'}=",
        f"Bearer sw_{42 * 'A'}é",
        f"Bearer SW_{43 * 'A'}",
        f"Bearer {43 * 'A'}",
        f"Token sw_{43 * 'A'}",
        f"sw_{43 * 'A'}",
    ],
)
def test_whatever_is_no_api_key_is_not_authenticated(header: str) -> None:
    with pytest.raises(NotAuthenticated) as caught:
        tokens.parse_bearer(header)
    assert "AAA" not in f"{caught.value} {caught.value!r}"
