"""Attacks on requests signed in their headers, one test each, named after what is tried."""

import dataclasses
from datetime import timedelta

import pytest

from buckets.errors import (
    AuthorizationMalformed,
    AuthorizationNotSupported,
    InvalidScalar,
    NotAuthenticated,
    PayloadModeNotSupported,
    RequestTimeSkewed,
    SignatureMismatch,
    UnknownAccessKey,
    UnsignedHeader,
)
from buckets.names import AccessKey
from gateway.auth.keys import MintedPair
from gateway.auth.sigv4.canonical import SignedRequest
from tests.unit.auth.gate import NOW, Gate, with_header, with_more
from tests.unit.auth.oracle import signed

UNKNOWN = AccessKey("SWAAAAAAAAAAAAAAAAAA")
WIDE_DAY = "".join(chr(ord(digit) - ord("0") + ord("\uff10")) for digit in "20261121")


@pytest.fixture
def gate() -> Gate:
    return Gate()


def authorization(request: SignedRequest) -> str:
    return request.value("authorization") or ""


def with_signature(request: SignedRequest, signature: str) -> SignedRequest:
    head, _, _ = authorization(request).rpartition("=")
    return with_header(request, "Authorization", f"{head}={signature}")


def genuine(request: SignedRequest) -> str:
    return authorization(request).rpartition("=")[2]


async def test_a_request_without_credential_is_not_authenticated(gate: Gate) -> None:
    assert isinstance(await gate.refuses(SignedRequest("GET", b"/b/k", b"", [("Host", "h")])), NotAuthenticated)


async def test_an_unknown_key_is_told_apart_from_a_wrong_secret(gate: Gate) -> None:
    assert isinstance(await gate.refuses(signed(MintedPair(UNKNOWN, gate.pair.secret))), UnknownAccessKey)
    assert isinstance(await gate.refuses(signed(MintedPair(gate.pair.access_key, 40 * "x"))), SignatureMismatch)


async def test_a_key_of_a_foreign_shape_is_unknown(gate: Gate) -> None:
    request = with_header(
        signed(gate.pair), "Authorization", authorization(signed(gate.pair)).replace(gate.pair.access_key, "admin")
    )
    assert isinstance(await gate.refuses(request), UnknownAccessKey)


async def test_an_unknown_key_costs_the_same_work_as_a_wrong_secret(gate: Gate) -> None:
    await gate.refuses(signed(MintedPair(gate.pair.access_key, 40 * "x")))
    await gate.refuses(signed(MintedPair(UNKNOWN, 40 * "x")))
    wrong, unknown = gate.seal.opened
    assert wrong == gate.pair.access_key
    assert unknown not in {wrong, UNKNOWN}


@pytest.mark.parametrize("secret", [40 * "-", ""])
async def test_the_secret_of_the_decoy_opens_nothing(gate: Gate, secret: str) -> None:
    await gate.refuses(signed(MintedPair(UNKNOWN, secret)))
    decoy = gate.seal.opened[-1]
    assert isinstance(await gate.refuses(signed(MintedPair(decoy, secret))), UnknownAccessKey)


@pytest.mark.parametrize("signature", [64 * "é", 64 * "\uff10", "\udcff" * 64, ""])
async def test_a_signature_outside_ascii_is_a_wrong_signature(gate: Gate, signature: str) -> None:
    assert isinstance(await gate.refuses(with_signature(signed(gate.pair), signature)), SignatureMismatch)


async def test_a_signature_in_another_writing_is_a_wrong_signature(gate: Gate) -> None:
    request = signed(gate.pair)
    right = genuine(request)
    spaced = right[:32] + " " + right[32:]
    for written in (right.upper(), right[:-1], right + "0", spaced, right + ",", right + ", Extra=1", "0x" + right[2:]):
        assert isinstance(await gate.refuses(with_signature(request, written)), SignatureMismatch)


@pytest.mark.parametrize("minutes", [-16, 16])
async def test_a_request_dated_sixteen_minutes_off_is_refused(gate: Gate, minutes: int) -> None:
    fault = await gate.refuses(signed(gate.pair, at=NOW + timedelta(minutes=minutes)))
    assert isinstance(fault, RequestTimeSkewed)
    assert (fault.requested, fault.now) == (NOW + timedelta(minutes=minutes), NOW)


@pytest.mark.parametrize("minutes", [-15, 15])
async def test_a_request_dated_fifteen_minutes_off_is_accepted(gate: Gate, minutes: int) -> None:
    assert (await gate.accepts(signed(gate.pair, at=NOW + timedelta(minutes=minutes)))).caller == gate.caller


async def test_a_request_from_the_year_9999_is_too_far_away(gate: Gate) -> None:
    assert isinstance(await gate.refuses(signed(gate.pair, at=NOW.replace(year=9999))), RequestTimeSkewed)


@pytest.mark.parametrize(
    "text", ["2026111T1203Z", f"{WIDE_DAY}T120300Z", "20261121T120300", "20261321T120300Z", "00000000T000000Z", ""]
)
async def test_a_date_that_is_none_is_refused(gate: Gate, text: str) -> None:
    assert isinstance(await gate.refuses(with_header(signed(gate.pair), "x-amz-date", text)), NotAuthenticated)


async def test_a_request_without_date_is_refused(gate: Gate) -> None:
    request = signed(gate.pair)
    undated = dataclasses.replace(request, headers=[pair for pair in request.headers if pair[0] != "X-Amz-Date"])
    assert isinstance(await gate.refuses(undated), NotAuthenticated)


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        ("/20261121/", "/20261120/"),
        ("/20261121/", "/2026112/"),
        ("/20261121/", f"/{WIDE_DAY}/"),
        ("/us-east-1/", "/eu-west-1/"),
        ("/us-east-1/", "//"),
        ("/s3/", "/sts/"),
        ("/aws4_request", "/aws5_request"),
        ("/aws4_request", ""),
        ("/aws4_request", "/aws4_request/more"),
    ],
)
async def test_a_scope_that_is_not_ours_is_malformed(gate: Gate, ours: str, theirs: str) -> None:
    request = signed(gate.pair)
    request = with_header(request, "Authorization", authorization(request).replace(ours, theirs))
    assert isinstance(await gate.refuses(request), AuthorizationMalformed)
    assert not gate.asked


async def test_a_signature_for_another_region_or_service_is_malformed(gate: Gate) -> None:
    for request in (signed(gate.pair, region="eu-west-1"), signed(gate.pair, service="sts")):
        fault = await gate.refuses(request)
        assert isinstance(fault, AuthorizationMalformed)
        assert "20261121/us-east-1/s3/aws4_request" in str(fault)


async def test_a_signature_that_does_not_cover_the_host_is_refused(gate: Gate) -> None:
    fault = await gate.refuses(signed(gate.pair, unsigned={"host"}))
    assert isinstance(fault, UnsignedHeader)
    assert fault.header == "host"


@pytest.mark.parametrize(
    "name",
    ["x-amz-copy-source", "X-Amz-Tagging", "x-amz-acl", "x-amz-anything-new", "Seawall-Act-As", "Idempotency-Key", "dry-run"],
)
async def test_a_header_that_we_honour_must_be_signed(gate: Gate, name: str) -> None:
    fault = await gate.refuses(with_more(signed(gate.pair, "PUT"), (name, "/other/secret")))
    assert isinstance(fault, UnsignedHeader)
    assert fault.header == name.lower()
    assert (await gate.accepts(signed(gate.pair, "PUT", headers=[(name, "/other/secret")]))).caller == gate.caller


@pytest.mark.parametrize("name", ["x-amz-date", "x-amz-content-sha256"])
async def test_the_headers_of_the_signature_must_be_signed_themselves(gate: Gate, name: str) -> None:
    fault = await gate.refuses(signed(gate.pair, unsigned={name}))
    assert isinstance(fault, UnsignedHeader)
    assert fault.header == name


@pytest.mark.parametrize("name", ["Content-Type", "x-amzn-trace-id", "x-amz-cf-id", "X-Forwarded-For", "User-Agent"])
async def test_what_clients_and_proxies_add_unsigned_is_accepted(gate: Gate, name: str) -> None:
    assert (await gate.accepts(with_more(signed(gate.pair), (name, "added")))).caller == gate.caller


@pytest.mark.parametrize("name", ["X-Amz-Date", "x-amz-content-sha256", "HOST", "authorization"])
async def test_a_header_that_may_stand_once_is_refused_twice(gate: Gate, name: str) -> None:
    request = signed(gate.pair)
    fault = await gate.refuses(with_more(request, (name, request.value(name.lower()) or "")))
    assert isinstance(fault, InvalidScalar)
    assert not gate.asked


async def test_a_signed_header_that_stands_twice_is_signed_with_both_values(gate: Gate) -> None:
    request = signed(gate.pair, headers=[("x-amz-meta-a", "1"), ("x-amz-meta-a", " 2")])
    assert (await gate.accepts(request)).caller == gate.caller
    assert isinstance(await gate.refuses(with_more(request, ("x-amz-meta-a", "3"))), SignatureMismatch)


async def test_a_signed_header_that_is_not_there_is_malformed(gate: Gate) -> None:
    request = signed(gate.pair, headers=[("range", "bytes=0-9")])
    stripped = dataclasses.replace(request, headers=[pair for pair in request.headers if pair[0] != "range"])
    assert isinstance(await gate.refuses(stripped), AuthorizationMalformed)


@pytest.mark.parametrize(
    "word",
    ["SIGNED-PAYLOAD", "unsigned-payload", "UNSIGNED-PAYLOAD ", "STREAMING", "STREAMING-NEW-PAYLOAD", 63 * "a", 65 * "a", 64 * "A"],
)
async def test_an_unknown_word_about_the_payload_is_refused(gate: Gate, word: str) -> None:
    assert isinstance(await gate.refuses(signed(gate.pair, "PUT", payload=word)), InvalidScalar)


async def test_a_request_that_says_nothing_about_its_payload_is_refused(gate: Gate) -> None:
    request = signed(gate.pair, "PUT", unsigned={"x-amz-content-sha256"})
    silent = dataclasses.replace(request, headers=[pair for pair in request.headers if pair[0] != "X-Amz-Content-SHA256"])
    assert isinstance(await gate.refuses(silent), InvalidScalar)


@pytest.mark.parametrize(
    "mode",
    [
        "STREAMING-UNSIGNED-PAYLOAD-TRAILER",
        "STREAMING-AWS4-HMAC-SHA256-PAYLOAD",
        "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER",
        "STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD",
        "STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD-TRAILER",
    ],
)
async def test_a_streaming_payload_is_never_taken_as_it_stands(gate: Gate, mode: str) -> None:
    fault = await gate.refuses(signed(gate.pair, "PUT", payload=mode))
    assert isinstance(fault, PayloadModeNotSupported)
    assert fault.mode == mode


async def test_another_digest_than_the_signed_one_is_a_wrong_signature(gate: Gate) -> None:
    assert isinstance(await gate.refuses(with_header(signed(gate.pair), "x-amz-content-sha256", 64 * "0")), SignatureMismatch)


@pytest.mark.parametrize(
    "header",
    [
        "AWS AKIAIOSFODNN7EXAMPLE:frJIUN8DYpKDtOLCwo//yllqDzg=",
        "AWS4-ECDSA-P256-SHA256 Credential=a/20261121/s3/aws4_request, SignedHeaders=host, Signature=00",
        "AWS4-HMAC-SHA512 Credential=a, SignedHeaders=host, Signature=00",
        "aws4-hmac-sha256 Credential=a, SignedHeaders=host, Signature=00",
        "Basic dXNlcjpwYXNz",
        "Digest",
        "",
        "sw_0123456789012345678901234567890123456789012",
    ],
)
async def test_another_algorithm_is_not_supported(gate: Gate, header: str) -> None:
    fault = await gate.refuses(SignedRequest("GET", b"/", b"", [("Authorization", header)]))
    assert isinstance(fault, AuthorizationNotSupported)
    assert not vars(fault)


async def test_a_security_token_that_we_never_issued_is_refused(gate: Gate) -> None:
    assert isinstance(await gate.refuses(signed(gate.pair, headers=[("x-amz-security-token", "t")])), NotAuthenticated)


async def test_a_signature_for_another_method_is_a_wrong_signature(gate: Gate) -> None:
    assert isinstance(await gate.refuses(dataclasses.replace(signed(gate.pair, "GET"), method="DELETE")), SignatureMismatch)


@pytest.mark.parametrize("query", [b"versionId=3", b"uploads", b"uploads=", b"=", b"partNumber=1&partNumber=2"])
async def test_a_parameter_added_to_a_signed_request_is_a_wrong_signature(gate: Gate, query: bytes) -> None:
    assert isinstance(await gate.refuses(dataclasses.replace(signed(gate.pair), raw_query=query)), SignatureMismatch)


@pytest.mark.parametrize("escape", [b"%", b"%4", b"%zz", b"%+1", b"\xc3\xa9"])
async def test_a_target_that_is_not_percent_encoded_is_refused(gate: Gate, escape: bytes) -> None:
    request = signed(gate.pair)
    assert isinstance(await gate.refuses(dataclasses.replace(request, raw_path=b"/b/" + escape)), InvalidScalar)
    assert isinstance(await gate.refuses(dataclasses.replace(request, raw_query=b"prefix=" + escape)), InvalidScalar)


async def test_a_signed_header_that_is_not_utf_8_is_refused(gate: Gate) -> None:
    request = signed(gate.pair, headers=[("x-amz-meta-a", "a")])
    assert isinstance(await gate.refuses(with_header(request, "x-amz-meta-a", "\udce9")), InvalidScalar)


async def test_nothing_of_an_attempt_is_logged(gate: Gate, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(0, logger="gateway")
    await gate.accepts(signed(gate.pair))
    await gate.refuses(signed(MintedPair(gate.pair.access_key, 40 * "x")))
    assert not [record for record in caplog.records if record.name.startswith(("gateway", "buckets"))]
