"""Tokens that somebody else signs: the good ones are taken, and no forgery is (attack 61)."""

import json
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest
from jwt.algorithms import RSAAlgorithm

from buckets.errors import NotAuthenticated
from buckets.model.account import Caller, Identity, Role
from buckets.names import AccountId, UserId
from gateway.auth.jwt.algorithms import ALGORITHMS
from gateway.auth.jwt.claims import Expected
from gateway.auth.jwt.issuer import Issuer
from gateway.auth.jwt.token import Token
from gateway.auth.jwt.verifier import JwtVerifier
from tests.unit.auth.gate import SteadyClock
from tests.unit.auth.issuing import (
    AUDIENCE,
    ISSUER,
    KIDS,
    SECONDS,
    SUBJECT,
    Published,
    another_key,
    claims,
    jwk,
    key_set,
    private_keys,
    rsa_key,
    segment,
    signed,
    signed_with_the_public_key,
)

CALLER = Caller(account=AccountId("000000000001"), user=UserId(UUID(int=2)), role=Role.USER, credential=None)


def verifier(published: Published | None = None, *, leeway: float = 30.0, user_claim: str = "sub") -> JwtVerifier:
    async def find(identity: Identity) -> Caller | None:
        return CALLER if identity == Identity(ISSUER, SUBJECT) else None

    clock = SteadyClock()
    expected = Expected(issuer=ISSUER, audience=AUDIENCE, leeway=leeway, user_claim=user_claim)
    issuer = Issuer((published or Published()).fetch, clock=clock)
    return JwtVerifier(expected=expected, issuer=issuer, find=find, clock=clock)


async def refuses(token: str, published: Published | None = None, **expected: Any) -> None:
    with pytest.raises(NotAuthenticated) as caught:
        await verifier(published, **expected).verify(token)
    told = f"{caught.value} {caught.value!r}"
    assert not [part for part in token.split(".") if len(part) > 8 and part in told]


@pytest.mark.parametrize("algorithm", ALGORITHMS)
async def test_a_token_of_each_algorithm_is_taken(algorithm: str) -> None:
    assert await verifier().verify(signed(algorithm)) == CALLER


def test_the_list_of_algorithms_is_closed() -> None:
    assert {*ALGORITHMS} == {"RS256", "RS384", "RS512", "PS256", "ES256", "ES384", "EdDSA"}


@pytest.mark.parametrize(
    "algorithm", ["none", "None", "NONE", "nOnE", "", "HS256", "HS384", "HS512", "RS1", "ES512", "ES256K", 5, None, []]
)
@pytest.mark.parametrize("signature", ["", "c2ln"])
async def test_a_token_of_another_algorithm_is_refused(algorithm: Any, signature: str) -> None:
    header = segment(json.dumps({"alg": algorithm, "kid": "rsa"}).encode())
    await refuses(f"{header}.{segment(json.dumps(claims()).encode())}.{signature}")


@pytest.mark.parametrize("kid", ["rsa", "p256", "ed"])
@pytest.mark.parametrize("algorithm", ["HS256", "HS384", "HS512"])
async def test_a_public_key_is_never_a_secret(kid: str, algorithm: str) -> None:
    await refuses(signed_with_the_public_key(kid, algorithm))


async def test_a_shared_secret_in_the_set_is_no_key() -> None:
    await refuses(signed_with_the_public_key("rsa"), Published(key_set({"kty": "oct", "k": segment(b"k" * 32), "kid": "rsa"})))


@pytest.mark.parametrize("algorithm", ALGORITHMS)
async def test_a_token_of_another_key_is_refused(algorithm: str) -> None:
    await refuses(signed(algorithm, key=another_key(KIDS[algorithm])))


@pytest.mark.parametrize("algorithm", ALGORITHMS)
async def test_a_token_that_was_changed_is_refused(algorithm: str) -> None:
    head, body, signature = signed(algorithm).split(".")
    other = segment(json.dumps(claims(sub="root")).encode())
    for forged in (f"{head}.{other}.{signature}", f"{head}.{body}.{segment(bytes(64))}", f"{head}.{body}."):
        await refuses(forged)


@pytest.mark.parametrize(
    "header",
    [
        {"crit": ["exp"]},
        {"crit": []},
        {"crit": ["b64"], "b64": False},
        {"b64": False},
        {"b64": True},
        {"zip": "DEF"},
        {"enc": "A256GCM"},
        {"typ": "logout+jwt"},
        {"typ": "dpop+jwt"},
        {"typ": 5},
    ],
)
async def test_what_is_not_understood_is_refused(header: dict[str, Any]) -> None:
    await refuses(signed("RS256", header=header))


@pytest.mark.parametrize("kind", ["JWT", "jwt", "at+jwt", None])
async def test_the_types_of_ordinary_tokens_are_taken(kind: str | None) -> None:
    assert await verifier().verify(signed("ES256", header={"typ": kind})) == CALLER


@pytest.mark.parametrize(
    "kid",
    [
        "",
        None,
        5,
        ["rsa"],
        {"kid": "rsa"},
        "RSA",
        "rsa ",
        "../../dev/null",
        "/dev/null",
        "' OR 1=1 --",
        "rsa\u0000",
        "x" * 256,
        "p256",
        "ed",
    ],
)
async def test_a_key_that_is_not_named_in_the_set_is_refused(kid: Any) -> None:
    await refuses(signed("RS256", header={"kid": kid}))


async def test_keys_and_addresses_that_a_token_brings_along_mean_nothing() -> None:
    mine = rsa_key(2049)
    for header in ({"jwk": jwk("rsa", mine)}, {"jku": "http://127.0.0.1:1/keys"}, {"x5u": "http://127.0.0.1:1/", "x5c": ["MA=="]}):
        await refuses(signed("RS256", key=mine, header=header))


@pytest.mark.parametrize(
    "said", [{"use": "enc"}, {"key_ops": ["sign"]}, {"key_ops": "verify"}, {"alg": "RS512"}, {"alg": "RSA-OAEP"}]
)
async def test_a_key_is_used_for_what_it_was_published_for_only(said: dict[str, Any]) -> None:
    published = Published(key_set(jwk("rsa", private_keys()["rsa"], **said)))
    await refuses(signed("RS256"), published)


async def test_keys_of_several_types_may_go_by_one_name() -> None:
    published = Published(key_set(*({**jwk(kid, key), "kid": "one"} for kid, key in private_keys().items())))
    for algorithm in ("PS256", "ES256", "ES384", "EdDSA"):
        assert await verifier(published).verify(signed(algorithm, header={"kid": "one"})) == CALLER


@pytest.mark.parametrize("bits", [1024, 2040])
async def test_a_short_rsa_key_is_none(bits: int) -> None:
    short = rsa_key(bits)
    await refuses(signed("RS256", key=short), Published(key_set(jwk("rsa", short))))


async def test_a_key_of_another_curve_is_none() -> None:
    published = Published(key_set(jwk("p256", private_keys()["p384"])))
    await refuses(signed("ES384", header={"kid": "p256", "alg": "ES256"}), published)


async def test_a_private_half_that_was_published_verifies_no_worse() -> None:
    key = private_keys()["rsa"]
    published = Published(key_set({**RSAAlgorithm.to_jwk(key, as_dict=True), "kid": "rsa", "key_ops": ["verify"]}))
    assert await verifier(published).verify(signed("RS256")) == CALLER


@pytest.mark.parametrize(
    "broken",
    [
        {"kty": "RSA", "n": "AQAB", "e": "!"},
        {"kty": "RSA", "n": 5, "e": 3},
        {"kty": "EC", "crv": "P-256", "x": "AA", "y": "AA"},
        {"kty": "OKP", "crv": "Ed25519", "x": "AA"},
        {"kty": "RSA"},
        {"kty": ["RSA"]},
        {},
        5,
        None,
    ],
)
async def test_a_broken_key_does_not_hide_its_neighbours(broken: Any) -> None:
    neighbour = jwk("rsa", private_keys()["rsa"])
    published = Published(key_set({**broken, "kid": "broken"} if isinstance(broken, dict) else broken, neighbour))
    assert await verifier(published).verify(signed("RS256")) == CALLER


@pytest.mark.parametrize(
    "other",
    [
        {"iss": "https://login.example.org"},
        {"iss": "https://evil.example.org/"},
        {"iss": [ISSUER]},
        {"iss": None},
        {"aud": "other"},
        {"aud": ["other"]},
        {"aud": []},
        {"aud": "seawall-admin"},
        {"aud": {"seawall": True}},
        {"aud": [["seawall"]]},
        {"aud": None},
        {"exp": None},
        {"exp": SECONDS - 30},
        {"exp": 0},
        {"exp": -1},
        {"exp": str(SECONDS + 600)},
        {"exp": True},
        {"exp": [SECONDS + 600]},
        {"nbf": SECONDS + 31},
        {"nbf": "0"},
        {"nbf": False},
        {"iat": SECONDS + 31},
        {"iat": "now"},
        {"sub": None},
        {"sub": ""},
        {"sub": 4711},
        {"sub": ["user|4711"]},
        {"sub": "user|4712"},
        {"sub": "USER|4711"},
        {"sub": "x" * 256},
        {"sub": "ä" * 128},
    ],
)
async def test_a_token_that_is_not_for_us_or_not_for_now_is_refused(other: dict[str, Any]) -> None:
    await refuses(signed("ES256", claims(**other)))


@pytest.mark.parametrize(
    "other",
    [
        {"aud": ["other", "seawall"]},
        {"exp": SECONDS - 29},
        {"exp": SECONDS + 0.5},
        {"nbf": SECONDS + 30, "iat": SECONDS + 30},
        {"iat": None},
        {"role": "owner", "scope": "admin", "account": "999999999999"},
    ],
)
async def test_clocks_may_be_apart_and_what_else_a_token_says_means_nothing(other: dict[str, Any]) -> None:
    assert await verifier().verify(signed("ES256", claims(**other))) == CALLER


async def test_the_leeway_is_what_it_was_set_to() -> None:
    await refuses(signed("ES256", claims(exp=SECONDS)), leeway=0)
    assert await verifier(leeway=300).verify(signed("ES256", claims(exp=SECONDS - 299))) == CALLER


async def test_another_claim_may_name_the_user() -> None:
    assert await verifier(user_claim="uid").verify(signed("ES256", claims(sub="x", uid=SUBJECT))) == CALLER
    await refuses(signed("ES256"), user_claim="uid")


def malformed() -> Iterator[str]:
    head, body, signature = signed("ES256").split(".")
    yield from (
        "..",
        "a.b.c",
        f"{head}.{body}",
        f"{head}.{body}.{signature}.",
        f"{head}.{body}.{signature}.x.y",
        f".{body}.{signature}",
    )
    yield from (
        f"{head}=.{body}.{signature}",
        f"{head}.{body}.{signature}==",
        f"{head}.{body}.{signature}\n",
        f" {head}.{body}.{signature}",
    )
    yield f"{head}.{body}.{signature[:-1]}{'B' if signature[-1] != 'B' else 'C'}"
    yield from (f"{head}.{body}.+{signature[1:]}", f"{head}.{body}.{signature}é")
    yield from (
        f"{segment(raw)}.{body}.{signature}"
        for raw in (b"[]", b"null", b'"x"', b"{", b"\xff", b'{"alg":"ES256","alg":"none","kid":"p256"}')
    )


@pytest.mark.parametrize("token", [*malformed()])
async def test_what_is_no_token_is_refused(token: str) -> None:
    await refuses(token)


@pytest.mark.parametrize(
    "raw", [b"[]", b"null", b"{", b'{"exp":NaN}', b'{"exp":1e999}', b'{"sub":"a","sub":"b"}', b'{"sub":"\\u0000"}', b"[" * 5000]
)
async def test_claims_that_are_none_are_refused(raw: bytes) -> None:
    await refuses(signed("ES256", raw=raw))


async def test_a_token_that_is_too_long_is_refused_before_it_is_read() -> None:
    published = Published()
    await refuses(signed("ES256", claims(padding="x" * 8192)), published)
    assert published.asked == 0


def test_a_token_does_not_show_itself() -> None:
    token = signed("ES256")
    told = repr(Token.parse(token))
    assert SUBJECT not in told
    assert token.rpartition(".")[2] not in told
