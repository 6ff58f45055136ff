"""The entrance: which kind of credential a request brings."""

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from buckets.errors import NotAuthenticated
from gateway.auth.authenticate import Authenticated
from gateway.auth.sigv4.canonical import SignedRequest
from gateway.auth.sigv4.payload import Payload
from tests.unit.auth.gate import Gate
from tests.unit.auth.oracle import signed

GATE = Gate()
anything = st.text(st.characters(exclude_categories=()), max_size=60)
pieces = st.sampled_from(
    [
        "AWS4-HMAC-SHA256 ",
        f"Credential={GATE.pair.access_key}/20261121/us-east-1/s3/aws4_request",
        "Credential=////",
        ", ",
        ",",
        "SignedHeaders=",
        "host;x-amz-content-sha256;x-amz-date",
        "Signature=",
        64 * "a",
        "Bearer ",
        "sw_",
        43 * "A",
    ]
)
nearly = st.lists(st.one_of(pieces, pieces, anything), max_size=9).map("".join)


async def test_an_accepted_signature_brings_its_caller_and_the_claimed_digest() -> None:
    accepted = await GATE.accepts(signed(GATE.pair, payload=64 * "a"))
    assert accepted == Authenticated(GATE.caller, Payload(32 * b"\xaa"))


@pytest.mark.parametrize("scheme", ["Bearer", "bearer"])
async def test_an_accepted_api_key_brings_its_caller_and_claims_no_digest(scheme: str) -> None:
    request = SignedRequest("GET", b"/v1/buckets", b"", [("authorization", f"{scheme} {GATE.token.token}")])
    assert await GATE.accepts(request) == Authenticated(GATE.bearer, Payload(None))


async def test_an_unknown_api_key_is_not_authenticated() -> None:
    request = SignedRequest("GET", b"/v1/buckets", b"", [("Authorization", f"Bearer sw_{43 * 'A'}")])
    assert isinstance(await GATE.refuses(request), NotAuthenticated)


@settings(max_examples=1000, deadline=None)
@given(header=st.one_of(anything, nearly))
@example(header="AWS4-HMAC-SHA256 Credential=a/b/c/d/aws4_request, SignedHeaders=\udcff, Signature=\udcff")
@example(header="Bearer sw_" + 43 * "é")
async def test_only_our_own_errors_come_out_of_any_authorization(header: str) -> None:
    request = signed(GATE.pair)
    headers = [(name, header if name == "Authorization" else value) for name, value in request.headers]
    await GATE.refuses(SignedRequest(request.method, request.raw_path, request.raw_query, headers))
