"""The Authorization header and its parts, as clients write them."""

from datetime import UTC, datetime

import pytest

from buckets.errors import AuthorizationMalformed, UnsignedHeader
from buckets.names import AccessKey
from gateway.auth.sigv4.amz_date import AmzDate
from gateway.auth.sigv4.authorization import Authorization
from gateway.auth.sigv4.canonical import SignedRequest, canonical_request
from gateway.auth.sigv4.credential import Credential, Scope
from gateway.auth.sigv4.payload import Payload
from gateway.auth.sigv4.signed_headers import SignedHeaders
from gateway.auth.sigv4.signing import SigningKeys, string_to_sign

KEY = "SWABCDEFGHIJKLMNOPQR"
CREDENTIAL = f"Credential={KEY}/20261121/us-east-1/s3/aws4_request"
SIGNED = "SignedHeaders=host;x-amz-date"
SIGNATURE = "Signature=" + 64 * "a"


@pytest.mark.parametrize("comma", [",", ", ", ",   "])
def test_commas_may_be_followed_by_blanks(comma: str) -> None:
    parsed = Authorization.parse(f"AWS4-HMAC-SHA256 {CREDENTIAL}{comma}{SIGNED}{comma}{SIGNATURE}")
    assert parsed.credential == Credential(AccessKey(KEY), Scope("20261121", "us-east-1", "s3"))
    assert tuple(parsed.signed_headers) == ("host", "x-amz-date")
    assert parsed.signature == 32 * b"\xaa"


def test_the_signature_is_not_shown() -> None:
    parsed = Authorization.parse(f"AWS4-HMAC-SHA256 {CREDENTIAL}, {SIGNED}, {SIGNATURE}")
    assert "\\xaa" not in repr(parsed)


@pytest.mark.parametrize(
    "header",
    [
        "AWS4-HMAC-SHA256",
        "AWS4-HMAC-SHA256 ",
        f"AWS4-HMAC-SHA256 {CREDENTIAL}",
        f"AWS4-HMAC-SHA256 {CREDENTIAL} {SIGNED} {SIGNATURE}",
        f"AWS4-HMAC-SHA256 {CREDENTIAL}, {SIGNATURE}, {SIGNED}",
        f"AWS4-HMAC-SHA256 {CREDENTIAL}, {CREDENTIAL}, {SIGNED}, {SIGNATURE}",
        f"AWS4-HMAC-SHA256 {CREDENTIAL},\t{SIGNED}, {SIGNATURE}",
        f"AWS4-HMAC-SHA256 {CREDENTIAL}, {SIGNED},, {SIGNATURE}",
        f"AWS4-HMAC-SHA256, {CREDENTIAL}, {SIGNED}, {SIGNATURE}",
        f" AWS4-HMAC-SHA256 {CREDENTIAL}, {SIGNED}, {SIGNATURE}",
    ],
)
def test_another_shape_is_malformed(header: str) -> None:
    with pytest.raises(AuthorizationMalformed):
        Authorization.parse(header)


@pytest.mark.parametrize(
    "text", ["", ";", "host;", "Host", "host;host", "x-amz-date;host", "host; x-amz-date", "hóst", "host:x", "host\n"]
)
def test_signed_headers_are_lower_case_and_sorted_and_stand_once(text: str) -> None:
    with pytest.raises(AuthorizationMalformed):
        SignedHeaders.parse(text)


def test_the_host_must_be_signed_even_when_the_request_has_none() -> None:
    with pytest.raises(UnsignedHeader):
        SignedHeaders.parse("range").must_cover(["range"])


def test_an_empty_path_is_the_root() -> None:
    request = SignedRequest("GET", b"", b"", [("host", "h")])
    assert canonical_request(request, SignedHeaders.parse("host"), Payload(None)) == b"GET\n/\n\nhost:h\n\nhost\nUNSIGNED-PAYLOAD"


def test_parameters_are_sorted_by_their_encoded_names_and_then_their_values() -> None:
    request = SignedRequest("GET", b"/", b"b&a-b=1&a=2&a=10&a%2fb=%7e&&a=+", [("host", "h")])
    canonical = canonical_request(request, SignedHeaders.parse("host"), Payload(None))
    assert canonical.split(b"\n")[2] == b"a=%2B&a=10&a=2&a%2Fb=~&a-b=1&b="


def test_blanks_around_and_between_words_of_a_header_are_folded() -> None:
    request = SignedRequest("GET", b"/", b"", [("host", " \th \t h\u00a0 "), ("Range", "  "), ("range", "a")])
    canonical = canonical_request(request, SignedHeaders.parse("host;range"), Payload(None))
    assert canonical.decode().split("\n")[3:5] == ["host:h h\u00a0", "range:,a"]


def test_the_string_to_sign_names_the_moment_and_the_scope() -> None:
    text = string_to_sign(AmzDate.parse("20261121T120300Z"), Scope("20261121", "us-east-1", "s3"), b"")
    assert text.decode().split("\n") == [
        "AWS4-HMAC-SHA256",
        "20261121T120300Z",
        "20261121/us-east-1/s3/aws4_request",
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    ]


def test_a_date_is_read_in_utc() -> None:
    assert AmzDate.parse("20261121T120300Z").moment == datetime(2026, 11, 21, 12, 3, tzinfo=UTC)


def test_signing_keys_differ_by_every_part_of_their_scope_and_by_secret() -> None:
    keys = SigningKeys(remembered=2)
    scope = Scope("20261121", "us-east-1", "s3")
    others = [Scope("20261122", "us-east-1", "s3"), Scope("20261121", "eu-west-1", "s3"), Scope("20261121", "us-east-1", "sts")]
    derived = [keys.key("one", scope), keys.key("two", scope), *(keys.key("one", other) for other in others)]
    assert len(set(derived)) == 5
    assert keys.key("one", scope) == derived[0]
