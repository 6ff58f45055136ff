"""What we sign is what botocore would have signed, and what our own verifier accepts."""

from datetime import timedelta
from unittest.mock import patch

import pytest
from botocore.auth import S3SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials as BotoCredentials
from hypothesis import example, given, settings
from hypothesis import strategies as st

from buckets.settings import Secret
from gateway.auth.sigv4.canonical import SignedRequest
from gateway.auth.sigv4.payload import Payload
from seaweedfs.sign import UNSIGNED_BODY, Credentials, Request, Signer, signed_body
from tests.unit.auth.gate import NOW, REGION, Gate

HOST = "127.0.0.1:8333"
GATE = Gate()
CREDENTIALS = Credentials(access_key=GATE.pair.access_key, secret=Secret(GATE.pair.secret), region=REGION)
SIGNER = Signer(CREDENTIALS)

methods = st.sampled_from(["GET", "HEAD", "PUT", "POST", "DELETE"])
texts = st.text(st.one_of(st.sampled_from("~*+%/.;=&?#é$ "), st.characters(codec="utf-8", exclude_characters="\x00")), max_size=20)
paths = st.lists(st.one_of(st.sampled_from(["", ".", "..", "~", "*", "+", "%2F", "%", "é"]), texts), max_size=5).map(
    lambda segments: "/" + "/".join(segments)
)
queries = st.lists(st.tuples(texts, texts), max_size=6, unique_by=lambda pair: pair[0])
# Blanks outside ASCII are left out: botocore folds those too, the specification does not.
words = st.lists(st.text(st.characters(exclude_categories=["C", "Z"]), max_size=12), max_size=4).map("  ".join)
names = st.from_regex(r"x-amz-meta-[a-z0-9-]{1,12}|content-type|range|cache-control|if-none-match", fullmatch=True)
headers = st.dictionaries(names, words, max_size=5)
bodies = st.one_of(st.just(UNSIGNED_BODY), st.binary(max_size=20).map(signed_body))
requests = st.builds(Request, method=methods, path=paths, query=queries, headers=headers, body=bodies)
ODD = Request(method="PUT", path="//../a/./b//", query=[("uploads", ""), ("a-b", "1"), ("a", "2")], headers={"range": " a \t b "})


def by_botocore(request: Request) -> str:
    """The Authorization header of the same request, made by another hand."""
    theirs = AWSRequest(request.method, f"http://{HOST}{request.target}", data=b"")
    for name, value in request.headers.items():
        theirs.headers[name] = value
    signer = S3SigV4Auth(BotoCredentials(CREDENTIALS.access_key, CREDENTIALS.secret.reveal()), "s3", REGION)
    with (
        patch("botocore.auth.get_current_datetime", return_value=NOW.replace(tzinfo=None)),
        patch.object(signer, "payload", return_value=request.body),
    ):
        signer.add_auth(theirs)
    return str(theirs.headers["Authorization"])


def on_the_wire(request: Request, headers: dict[str, str]) -> SignedRequest:
    path, _, query = request.target.encode().partition(b"?")
    return SignedRequest(request.method, path, query, list(headers.items()))


@settings(max_examples=500)
@given(requests)
@example(ODD)
def test_we_sign_as_botocore_does(request: Request) -> None:
    assert SIGNER.headers(request, host=HOST, at=NOW)["authorization"] == by_botocore(request)


@settings(max_examples=500)
@given(requests)
@example(ODD)
async def test_our_own_verifier_accepts_it(request: Request) -> None:
    accepted = await GATE.accepts(on_the_wire(request, SIGNER.headers(request, host=HOST, at=NOW)))
    assert accepted.caller == GATE.caller
    assert accepted.payload == Payload.parse(request.body)


@pytest.mark.parametrize("field", ["range", "host", "x-amz-date", "x-amz-content-sha256", "if-none-match"])
async def test_another_value_of_any_header_is_not_what_we_signed(field: str) -> None:
    request = Request(method="PUT", path="/b/ab/x", headers={"range": "bytes=0-1", "if-none-match": "*"}, body=signed_body(b"x"))
    headers = SIGNER.headers(request, host=HOST, at=NOW)
    await GATE.accepts(on_the_wire(request, headers))
    changed = {"x-amz-date": "20261121T120301Z", "x-amz-content-sha256": signed_body(b"y")}.get(field, "other")
    await GATE.refuses(on_the_wire(request, headers | {field: changed}))


def test_a_day_has_a_key_of_its_own() -> None:
    request = Request(method="GET", path="/b/x")
    signer, day = Signer(CREDENTIALS), timedelta(days=1)
    before = signer.headers(request, host=HOST, at=NOW)
    signer.headers(request, host=HOST, at=NOW + day)
    assert signer.headers(request, host=HOST, at=NOW) == before
    assert Signer(CREDENTIALS).headers(request, host=HOST, at=NOW + day) == signer.headers(request, host=HOST, at=NOW + day)


def test_the_secret_is_not_in_what_we_show() -> None:
    assert GATE.pair.secret not in repr(CREDENTIALS)
    assert GATE.pair.secret not in str(SIGNER.headers(ODD, host=HOST, at=NOW))
