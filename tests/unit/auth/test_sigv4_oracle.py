"""Whatever botocore signs is accepted, and nothing else is."""

import dataclasses
import hashlib
import unicodedata
from collections.abc import Iterator

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from buckets.errors import InvalidScalar
from buckets.scalars import percent_bytes
from gateway.auth.sigv4.canonical import SignedRequest
from gateway.auth.sigv4.payload import Payload
from tests.unit.auth.gate import Gate, with_header
from tests.unit.auth.oracle import signed

GATE = Gate()

methods = st.sampled_from(["GET", "HEAD", "PUT", "POST", "DELETE", "OPTIONS"])
texts = st.text(st.one_of(st.sampled_from("~*+%/.;=&?#é$ \x00"), st.characters(codec="utf-8")), max_size=20)
paths = st.lists(st.one_of(st.sampled_from(["", ".", "..", "~", "*", "+", "%2F", "%", "é", "e\u0301"]), texts), max_size=5).map(
    lambda segments: "/" + "/".join(segments)
)
queries = st.lists(st.tuples(texts, texts), max_size=6)
blanks = st.text(" \t", max_size=3)
# Blanks outside ASCII are left out: botocore folds those too, the specification does not.
words = st.text(st.characters(exclude_categories=["C", "Z"]), max_size=12)
values = st.lists(st.tuples(words, blanks).map("".join), max_size=4).map("".join)
names = st.from_regex(r"x-amz-meta-[a-z0-9-]{1,12}|content-type|range|cache-control", fullmatch=True)
headers = st.lists(st.tuples(names, values), max_size=5)
bodies = st.binary(max_size=20)


@settings(max_examples=500, deadline=None)
@given(method=methods, path=paths, query=queries, headers=headers, body=bodies)
@example(method="PUT", path="//../a/./b//", query=[("uploads", ""), ("a-b", "1"), ("a", "2"), ("a", "10")], headers=[], body=b"")
@example(method="GET", path="/%e9/é/e\u0301", query=[("", ""), ("prefix", "a/b c+d~*")], headers=[("range", " a \t b ")], body=b"x")
async def test_what_botocore_signs_is_accepted(
    method: str, path: str, query: list[tuple[str, str]], headers: list[tuple[str, str]], body: bytes
) -> None:
    accepted = await GATE.accepts(signed(GATE.pair, method, path=path, query=query, headers=headers, body=body))
    assert accepted.caller == GATE.caller
    assert accepted.payload == Payload(hashlib.sha256(body).digest())


async def test_a_body_that_is_not_signed_claims_no_digest() -> None:
    accepted = await GATE.accepts(signed(GATE.pair, "PUT", payload="UNSIGNED-PAYLOAD"))
    assert accepted.payload == Payload(None)


async def test_a_path_encoded_in_another_way_is_the_same_path() -> None:
    request = signed(GATE.pair, path="/a~b/é")
    assert request.raw_path == b"/a~b/%C3%A9"
    accepted = await GATE.accepts(dataclasses.replace(request, raw_path=b"/%61%7eb/%c3%A9"))
    assert accepted.caller == GATE.caller


SAMPLE = signed(
    GATE.pair,
    "PUT",
    path="/cards/a/../b~ü",
    query=[("partNumber", "1"), ("uploadId", "é+")],
    headers=[("x-amz-meta-colour", "blue"), ("content-type", "image/png")],
)
everywhere = st.sampled_from(["raw_path", "raw_query", "method", *(name for name, _ in SAMPLE.headers)])


def mutants(text: str) -> Iterator[str]:
    """The text with one byte replaced, by every other byte at every place."""
    for place, kept in enumerate(text):
        for other in map(chr, range(256)):
            if other != kept:
                yield text[:place] + other + text[place + 1 :]


@pytest.mark.parametrize("part", ["raw_path", "raw_query"])
async def test_another_byte_in_the_target_is_refused(part: str) -> None:
    for text in mutants(getattr(SAMPLE, part).decode()):
        mutant = replaced(part, text.encode("latin-1"))
        if meaning(mutant) != meaning(SAMPLE):
            await GATE.refuses(mutant)


@pytest.mark.parametrize("name", [name for name, _ in SAMPLE.headers])
async def test_another_byte_in_a_signed_header_or_in_the_signature_is_refused(name: str) -> None:
    for text in mutants(dict(SAMPLE.headers)[name]):
        await GATE.refuses(with_header(SAMPLE, name, text))


@settings(max_examples=500, deadline=None)
@given(where=everywhere, data=st.data())
async def test_any_other_text_in_a_signed_place_is_refused(where: str, data: st.DataObject) -> None:
    mutant = replaced(where, data.draw(st.text(max_size=30)).encode())
    assume(meaning(mutant) != meaning(SAMPLE))
    await GATE.refuses(mutant)


@settings(max_examples=500, deadline=None)
@given(target=st.binary(max_size=40), query=st.binary(max_size=40), value=st.text(st.characters(exclude_categories=())))
@example(target=b"/%e9", query=b"%", value="\udce9")
async def test_only_our_own_errors_come_out_of_any_bytes(target: bytes, query: bytes, value: str) -> None:
    request = dataclasses.replace(SAMPLE, raw_path=target, raw_query=query)
    assume(meaning(request) != meaning(SAMPLE))
    await GATE.refuses(with_header(request, "x-amz-meta-colour", value))


async def test_unicode_forms_are_different_keys() -> None:
    composed, decomposed = (unicodedata.normalize(form, "/b/é") for form in ("NFC", "NFD"))
    mutant = dataclasses.replace(signed(GATE.pair, path=composed), raw_path=signed(GATE.pair, path=decomposed).raw_path)
    await GATE.refuses(mutant)


def meaning(request: SignedRequest) -> object:
    """What the target says, whichever way it is written; None when it says nothing."""
    pairs = [piece.partition(b"=") for piece in request.raw_query.split(b"&") if piece]
    try:
        decoded = sorted((percent_bytes(name, name=""), percent_bytes(value, name="")) for name, _, value in pairs)
        path = percent_bytes(request.raw_path, name="") or b"/"
    except InvalidScalar:
        return None
    return request.method, path, decoded, [(name.lower(), " ".join(value.split())) for name, value in request.headers]


def replaced(part: str, value: bytes) -> SignedRequest:
    """The sample with one part of it replaced."""
    match part:
        case "raw_path":
            return dataclasses.replace(SAMPLE, raw_path=value)
        case "raw_query":
            return dataclasses.replace(SAMPLE, raw_query=value)
        case "method":
            return dataclasses.replace(SAMPLE, method=value.decode())
        case name:
            return with_header(SAMPLE, name, value.decode())


def test_a_signed_request_does_not_show_what_it_was_signed_with() -> None:
    assert "Signature" not in repr(SAMPLE)
