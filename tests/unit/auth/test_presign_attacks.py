"""Attacks on presigned requests, one test each, named after what is tried."""

import dataclasses
from collections.abc import Callable
from datetime import timedelta
from urllib.parse import quote

import pytest

from buckets.errors import (
    AuthorizationNotSupported,
    InvalidScalar,
    NotAuthenticated,
    PayloadModeNotSupported,
    PresignExpired,
    PresignMalformed,
    RequestTimeSkewed,
    SignatureMismatch,
    UnknownAccessKey,
    UnsignedHeader,
)
from buckets.names import AccessKey
from gateway.auth.keys import MintedPair
from gateway.auth.sigv4.canonical import SignedRequest
from gateway.auth.sigv4.payload import Payload
from tests.unit.auth.gate import NOW, Gate, with_header, with_more
from tests.unit.auth.oracle import presigned, signed

UNKNOWN = AccessKey("SWAAAAAAAAAAAAAAAAAA")
REQUIRED = ["X-Amz-Algorithm", "X-Amz-Credential", "X-Amz-Date", "X-Amz-Expires", "X-Amz-SignedHeaders", "X-Amz-Signature"]
WIDE = "".join(chr(0xFF10 + digit) for digit in (3, 6, 0, 0))


@pytest.fixture
def gate() -> Gate:
    return Gate()


def pieces(request: SignedRequest) -> list[str]:
    return request.raw_query.decode().split("&")


def with_query(request: SignedRequest, *parts: str) -> SignedRequest:
    return dataclasses.replace(request, raw_query="&".join(parts).encode())


def given(request: SignedRequest, name: str) -> str:
    return next(piece.partition("=")[2] for piece in pieces(request) if piece.startswith(f"{name}="))


def with_parameter(request: SignedRequest, name: str, value: str) -> SignedRequest:
    """The same request with another value of one parameter, at its place."""
    quoted = quote(value, safe="", errors="surrogateescape")
    return with_query(request, *[f"{name}={quoted}" if piece.startswith(f"{name}=") else piece for piece in pieces(request)])


async def test_whoever_holds_a_presigned_request_acts_as_its_signer(gate: Gate) -> None:
    accepted = await gate.accepts(presigned(gate.pair))
    assert (accepted.caller, accepted.payload) == (gate.caller, Payload(None))


@pytest.mark.parametrize("name", REQUIRED)
async def test_a_parameter_of_the_signature_must_be_there(gate: Gate, name: str) -> None:
    request = presigned(gate.pair)
    fault = await gate.refuses(with_query(request, *[piece for piece in pieces(request) if not piece.startswith(f"{name}=")]))
    assert isinstance(fault, PresignMalformed)
    assert name in fault.reason
    assert not gate.asked


@pytest.mark.parametrize("name", REQUIRED)
@pytest.mark.parametrize("write", [str, lambda name: name.replace("-", "%2d")], ids=["plain", "encoded"])
async def test_a_parameter_of_the_signature_may_not_stand_twice(gate: Gate, name: str, write: Callable[[str], str]) -> None:
    request = presigned(gate.pair)
    again = f"{write(name)}={given(request, name)}"
    for parts in ([*pieces(request), again], [again, *pieces(request)]):
        fault = await gate.refuses(with_query(request, *parts))
        assert isinstance(fault, PresignMalformed)
        assert name in fault.reason
    assert not gate.asked


async def test_two_digests_of_the_body_are_refused(gate: Gate) -> None:
    request = presigned(gate.pair, "PUT", query=[("X-Amz-Content-Sha256", 64 * "a")])
    assert isinstance(
        await gate.refuses(with_query(request, *pieces(request), f"X-Amz-Content-Sha256={64 * 'a'}")), PresignMalformed
    )


@pytest.mark.parametrize("name", REQUIRED)
async def test_the_names_of_the_parameters_are_written_in_one_way(gate: Gate, name: str) -> None:
    request = presigned(gate.pair)
    fault = await gate.refuses(with_query(request, *[piece.replace(f"{name}=", f"{name.lower()}=") for piece in pieces(request)]))
    assert isinstance(fault, PresignMalformed)
    assert name in fault.reason


async def test_a_query_in_small_letters_is_no_credential(gate: Gate) -> None:
    request = presigned(gate.pair)
    assert isinstance(await gate.refuses(with_query(request, *[piece.lower() for piece in pieces(request)])), NotAuthenticated)


async def test_a_name_that_is_encoded_is_the_same_name(gate: Gate) -> None:
    request = presigned(gate.pair)
    assert (await gate.accepts(with_query(request, *[f"%58{piece[1:]}" for piece in pieces(request)]))).caller == gate.caller


async def test_a_plus_sign_is_a_plus_sign(gate: Gate) -> None:
    request = presigned(gate.pair, query=[("prefix", "a+b")])
    assert pieces(request)[0] == "prefix=a%2Bb"
    assert (await gate.accepts(with_query(request, "prefix=a+b", *pieces(request)[1:]))).caller == gate.caller
    assert isinstance(await gate.refuses(with_query(request, "prefix=a%20b", *pieces(request)[1:])), SignatureMismatch)


async def test_a_query_that_is_encoded_twice_is_refused(gate: Gate) -> None:
    request = presigned(gate.pair)
    twice = with_query(request, *[piece.replace("%", "%25") for piece in pieces(request)])
    assert isinstance(await gate.refuses(twice), PresignMalformed)


@pytest.mark.parametrize("escape", ["%", "%4", "%zz", "%+1", "é"])
@pytest.mark.parametrize("name", ["prefix", "X-Amz-Credential", "X-Amz-Signature"])
async def test_a_query_that_is_not_percent_encoded_is_refused(gate: Gate, name: str, escape: str) -> None:
    request = presigned(gate.pair, query=[("prefix", "a")])
    parts = [piece + escape if piece.startswith(name) else piece for piece in pieces(request)]
    assert isinstance(await gate.refuses(with_query(request, *parts)), InvalidScalar)
    assert not gate.asked


@pytest.mark.parametrize(
    "expires",
    ["604801", "-1", "1e9", "1_0", str(10**30), 5000 * "9", "+5", "0", "", " 60", "60 ", "060", "1.0", "0x10", WIDE, "\udcff"],
)
async def test_a_life_that_is_no_number_of_seconds_within_a_week_is_malformed(gate: Gate, expires: str) -> None:
    request = with_parameter(presigned(gate.pair), "X-Amz-Expires", expires)
    assert isinstance(await gate.refuses(request), PresignMalformed)
    assert not gate.asked


@pytest.mark.parametrize("expires", [1, 60, 604800])
async def test_a_request_is_good_up_to_its_last_second(expires: int) -> None:
    gate = Gate()
    last, gone = (gate_at(gate, seconds=expires + late) for late in (0, 1))
    assert (await last.accepts(presigned(gate.pair, expires=expires))).caller == last.caller
    fault = await gone.refuses(presigned(gate.pair, expires=expires))
    assert isinstance(fault, PresignExpired)
    assert (fault.expires, fault.now) == (NOW + timedelta(seconds=expires), NOW + timedelta(seconds=expires + 1))
    assert not gone.asked


async def test_a_life_cannot_be_prolonged(gate: Gate) -> None:
    request = presigned(gate.pair, expires=60, at=NOW - timedelta(seconds=61))
    assert isinstance(await gate.refuses(request), PresignExpired)
    assert isinstance(await gate.refuses(with_parameter(request, "X-Amz-Expires", "600")), SignatureMismatch)


@pytest.mark.parametrize("minutes", [16, 60 * 24 * 365])
async def test_a_request_that_is_not_valid_yet_is_refused(gate: Gate, minutes: int) -> None:
    fault = await gate.refuses(presigned(gate.pair, at=NOW + timedelta(minutes=minutes)))
    assert isinstance(fault, RequestTimeSkewed)
    assert (fault.requested, fault.now) == (NOW + timedelta(minutes=minutes), NOW)


async def test_a_clock_may_be_fifteen_minutes_ahead(gate: Gate) -> None:
    assert (await gate.accepts(presigned(gate.pair, at=NOW + timedelta(minutes=15)))).caller == gate.caller


async def test_the_end_of_the_calendar_is_not_valid_yet(gate: Gate) -> None:
    request = presigned(gate.pair, at=NOW.replace(year=9999, month=12, day=31), expires=604800)
    assert isinstance(await gate.refuses(request), RequestTimeSkewed)


@pytest.mark.parametrize("text", ["2026111T1203Z", "20261121T120300", "20261321T120300Z", "00000000T000000Z", "", WIDE, "\udcff"])
async def test_a_date_that_is_none_is_malformed(gate: Gate, text: str) -> None:
    assert isinstance(await gate.refuses(with_parameter(presigned(gate.pair), "X-Amz-Date", text)), PresignMalformed)


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        ("/20261121/", "/20261120/"),
        ("/us-east-1/", "/eu-west-1/"),
        ("/us-east-1/", "//"),
        ("/s3/", "/sts/"),
        ("/aws4_request", "/aws5_request"),
        ("/aws4_request", ""),
        ("/aws4_request", "/aws4_request/more"),
        ("/s3/", "/s\udcff/"),
    ],
)
async def test_a_scope_that_is_not_ours_is_malformed(gate: Gate, ours: str, theirs: str) -> None:
    credential = f"{gate.pair.access_key}/20261121/us-east-1/s3/aws4_request".replace(ours, theirs)
    fault = await gate.refuses(with_parameter(presigned(gate.pair), "X-Amz-Credential", credential))
    assert isinstance(fault, PresignMalformed)
    assert "/s3/" in fault.reason or "/service/" in fault.reason
    assert not gate.asked


async def test_a_signature_for_another_region_or_service_is_malformed(gate: Gate) -> None:
    for request in (presigned(gate.pair, region="eu-west-1"), presigned(gate.pair, service="sts")):
        fault = await gate.refuses(request)
        assert isinstance(fault, PresignMalformed)
        assert "20261121/us-east-1/s3/aws4_request" in fault.reason


@pytest.mark.parametrize("names", ["", ";", "Host", "host;", "host;host", "range;host", "host range", "host,range", "\udcff"])
async def test_signed_headers_in_another_writing_are_malformed(gate: Gate, names: str) -> None:
    assert isinstance(await gate.refuses(with_parameter(presigned(gate.pair), "X-Amz-SignedHeaders", names)), PresignMalformed)


async def test_a_signed_header_that_is_not_sent_is_missed(gate: Gate) -> None:
    request = presigned(gate.pair, "PUT", headers=[("Content-Type", "image/png")])
    fault = await gate.refuses(dataclasses.replace(request, headers=request.headers[:1]))
    assert isinstance(fault, PresignMalformed)
    assert "content-type" in fault.reason


@pytest.mark.parametrize(
    "algorithm", ["AWS4-ECDSA-P256-SHA256", "AWS4-HMAC-SHA512", "aws4-hmac-sha256", "AWS4-HMAC-SHA256 ", "", "é"]
)
async def test_another_algorithm_is_not_supported(gate: Gate, algorithm: str) -> None:
    fault = await gate.refuses(with_parameter(presigned(gate.pair), "X-Amz-Algorithm", algorithm))
    assert isinstance(fault, AuthorizationNotSupported)


@pytest.mark.parametrize("kept", ["X-Amz-Signature", "X-Amz-Algorithm"])
@pytest.mark.parametrize("kind", ["Bearer", "AWS4-HMAC-SHA256", "empty"])
async def test_a_header_and_a_query_that_both_authenticate_are_refused(gate: Gate, kept: str, kind: str) -> None:
    header = {"Bearer": f"Bearer {gate.token.token}", "empty": ""}.get(kind, signed(gate.pair).value("authorization") or "")
    request = with_more(presigned(gate.pair), ("Authorization", header))
    for parts in (pieces(request), [f"{kept}={given(request, kept)}"], [kept]):
        assert isinstance(await gate.refuses(with_query(request, *parts)), InvalidScalar)
    assert not gate.asked


async def test_a_signed_request_with_a_signature_in_its_query_is_refused(gate: Gate) -> None:
    request = signed(gate.pair, query=[("X-Amz-Signature", 64 * "a")])
    assert isinstance(await gate.refuses(request), InvalidScalar)


async def test_a_security_token_that_we_never_issued_is_refused(gate: Gate) -> None:
    in_query = presigned(gate.pair, token="t")
    assert "X-Amz-Security-Token=t" in pieces(in_query)
    for request in (in_query, presigned(gate.pair, headers=[("x-amz-security-token", "t")])):
        assert isinstance(await gate.refuses(request), NotAuthenticated)
    assert not gate.asked


async def test_an_unknown_key_is_told_apart_from_a_wrong_secret(gate: Gate) -> None:
    assert isinstance(await gate.refuses(presigned(MintedPair(UNKNOWN, gate.pair.secret))), UnknownAccessKey)
    assert isinstance(await gate.refuses(presigned(MintedPair(gate.pair.access_key, 40 * "x"))), SignatureMismatch)
    foreign = with_parameter(presigned(gate.pair), "X-Amz-Credential", "admin/20261121/us-east-1/s3/aws4_request")
    assert isinstance(await gate.refuses(foreign), UnknownAccessKey)


async def test_an_unknown_key_costs_the_same_work_as_a_wrong_secret(gate: Gate) -> None:
    await gate.refuses(presigned(MintedPair(gate.pair.access_key, 40 * "x")))
    await gate.refuses(presigned(MintedPair(UNKNOWN, 40 * "x")))
    wrong, unknown = gate.seal.opened
    assert wrong == gate.pair.access_key
    assert unknown not in {wrong, UNKNOWN}


async def test_a_signature_in_another_writing_is_a_wrong_signature(gate: Gate) -> None:
    request = presigned(gate.pair)
    right = given(request, "X-Amz-Signature")
    spaced = right[:32] + " " + right[32:]
    for written in (right.upper(), right[:-1], right + "0", spaced, right + "\n", "0x" + right[2:], "", 64 * "é", 64 * "\udcff"):
        assert isinstance(await gate.refuses(with_parameter(request, "X-Amz-Signature", written)), SignatureMismatch)


async def test_a_signature_of_a_header_is_none_of_a_query(gate: Gate) -> None:
    signature = (signed(gate.pair).value("authorization") or "").rpartition("=")[2]
    assert isinstance(await gate.refuses(with_parameter(presigned(gate.pair), "X-Amz-Signature", signature)), SignatureMismatch)


@pytest.mark.parametrize("method", ["PUT", "DELETE", "HEAD", "POST", "get"])
async def test_a_request_for_another_method_is_a_wrong_signature(gate: Gate, method: str) -> None:
    assert isinstance(await gate.refuses(dataclasses.replace(presigned(gate.pair), method=method)), SignatureMismatch)


@pytest.mark.parametrize(
    "path", [b"/templates/cards/blue sky.jpg", b"/templates/cards/", b"/", b"/templates//cards/blue%20sky.png"]
)
async def test_a_request_for_another_key_is_a_wrong_signature(gate: Gate, path: bytes) -> None:
    request = dataclasses.replace(presigned(gate.pair), raw_path=path.replace(b" ", b"%20"))
    assert isinstance(await gate.refuses(request), SignatureMismatch)


@pytest.mark.parametrize(
    "added",
    ["versionId=3", "uploadId=a", "response-content-type=text%2Fhtml", "uploads", "=", "x-amz-signature=", "X-Amz-Act-As=a"],
)
async def test_a_parameter_that_is_added_is_a_wrong_signature(gate: Gate, added: str) -> None:
    request = presigned(gate.pair)
    for parts in ([*pieces(request), added], [added, *pieces(request)]):
        assert isinstance(await gate.refuses(with_query(request, *parts)), SignatureMismatch)


async def test_a_parameter_that_is_taken_away_is_a_wrong_signature(gate: Gate) -> None:
    request = presigned(gate.pair, query=[("response-content-type", "text/plain")])
    assert isinstance(await gate.refuses(with_query(request, *pieces(request)[1:])), SignatureMismatch)


async def test_the_order_of_the_parameters_means_nothing(gate: Gate) -> None:
    request = presigned(gate.pair, query=[("versionId", "3")])
    assert (await gate.accepts(with_query(request, *pieces(request)[::-1]))).caller == gate.caller


async def test_a_signature_that_does_not_cover_the_host_is_refused(gate: Gate) -> None:
    fault = await gate.refuses(presigned(gate.pair, headers=[("range", "bytes=0-1")], unsigned={"host"}))
    assert isinstance(fault, UnsignedHeader)
    assert fault.header == "host"


async def test_another_host_is_a_wrong_signature(gate: Gate) -> None:
    assert isinstance(await gate.refuses(with_header(presigned(gate.pair), "Host", "other.example")), SignatureMismatch)


@pytest.mark.parametrize(
    "name",
    [
        "x-amz-copy-source",
        "X-Amz-Tagging",
        "x-amz-storage-class",
        "x-amz-acl",
        "x-amz-website-redirect-location",
        "x-amz-meta-a",
        "x-amz-anything-new",
        "x-amz-date",
        "x-amz-content-sha256",
        "Seawall-Act-As",
        "Idempotency-Key",
        "dry-run",
    ],
)
async def test_a_header_that_we_honour_must_be_signed(gate: Gate, name: str) -> None:
    value = "UNSIGNED-PAYLOAD"
    fault = await gate.refuses(with_more(presigned(gate.pair, "PUT"), (name, value)))
    assert isinstance(fault, UnsignedHeader)
    assert fault.header == name.lower()
    assert not gate.asked
    assert (await gate.accepts(presigned(gate.pair, "PUT", headers=[(name, value)]))).caller == gate.caller


@pytest.mark.parametrize("name", ["Content-Type", "x-amzn-trace-id", "x-amz-cf-id", "X-Forwarded-For", "User-Agent", "Range"])
async def test_what_clients_and_proxies_add_unsigned_is_accepted(gate: Gate, name: str) -> None:
    assert (await gate.accepts(with_more(presigned(gate.pair), (name, "added")))).caller == gate.caller


@pytest.mark.parametrize("name", ["HOST", "x-amz-content-sha256"])
async def test_a_header_that_may_stand_once_is_refused_twice(gate: Gate, name: str) -> None:
    request = presigned(gate.pair, headers=[("x-amz-content-sha256", 64 * "a")])
    assert isinstance(await gate.refuses(with_more(request, (name, request.value(name.lower()) or ""))), InvalidScalar)


async def test_a_digest_of_the_body_is_claimed_by_query_or_header(gate: Gate) -> None:
    in_query = presigned(gate.pair, "PUT", query=[("X-Amz-Content-Sha256", 64 * "a")], payload=64 * "a")
    in_header = presigned(gate.pair, "PUT", headers=[("x-amz-content-sha256", 64 * "a")])
    in_both = presigned(gate.pair, "PUT", query=[("X-Amz-Content-Sha256", 64 * "a")], headers=[("x-amz-content-sha256", 64 * "a")])
    for request in (in_query, in_header, in_both):
        assert (await gate.accepts(request)).payload == Payload(32 * b"\xaa")


async def test_a_query_may_say_that_it_says_nothing_of_the_body(gate: Gate) -> None:
    request = presigned(gate.pair, "PUT", query=[("X-Amz-Content-Sha256", "UNSIGNED-PAYLOAD")])
    assert (await gate.accepts(request)).payload == Payload(None)


async def test_a_digest_that_stands_in_the_query_but_was_not_signed_for_is_a_wrong_signature(gate: Gate) -> None:
    request = presigned(gate.pair, "PUT", query=[("X-Amz-Content-Sha256", 64 * "a")])
    assert isinstance(await gate.refuses(request), SignatureMismatch)


async def test_a_query_and_a_header_that_say_different_things_of_the_body_are_refused(gate: Gate) -> None:
    request = presigned(
        gate.pair, "PUT", query=[("X-Amz-Content-Sha256", "UNSIGNED-PAYLOAD")], headers=[("x-amz-content-sha256", 64 * "a")]
    )
    assert isinstance(await gate.refuses(request), InvalidScalar)


@pytest.mark.parametrize("where", ["query", "headers"])
@pytest.mark.parametrize("mode", ["STREAMING-UNSIGNED-PAYLOAD-TRAILER", "STREAMING-AWS4-HMAC-SHA256-PAYLOAD"])
async def test_a_streaming_payload_is_never_taken_as_it_stands(gate: Gate, mode: str, where: str) -> None:
    fault = await gate.refuses(saying(gate, mode, where))
    assert isinstance(fault, PayloadModeNotSupported)
    assert fault.mode == mode


@pytest.mark.parametrize("where", ["query", "headers"])
@pytest.mark.parametrize("word", ["", "unsigned-payload", "UNSIGNED-PAYLOAD ,", 63 * "a", 64 * "A", "STREAMING-NEW", WIDE])
async def test_an_unknown_word_of_the_body_is_refused(gate: Gate, word: str, where: str) -> None:
    assert isinstance(await gate.refuses(saying(gate, word, where)), InvalidScalar)
    assert not gate.asked


async def test_nothing_of_an_attempt_is_logged(gate: Gate, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(0, logger="gateway")
    await gate.accepts(presigned(gate.pair))
    await gate.refuses(presigned(MintedPair(gate.pair.access_key, 40 * "x")))
    assert not [record for record in caplog.records if record.name.startswith(("gateway", "buckets"))]


def saying(gate: Gate, word: str, where: str) -> SignedRequest:
    """A request that says `word` of its body, in its query or in a signed header."""
    if where == "query":
        return presigned(gate.pair, "PUT", query=[("X-Amz-Content-Sha256", word)])
    return presigned(gate.pair, "PUT", headers=[("x-amz-content-sha256", word)])


def gate_at(gate: Gate, *, seconds: int) -> Gate:
    return Gate(gate.pair, now=NOW + timedelta(seconds=seconds))
