"""Whatever botocore presigns is accepted, and nothing else is."""

import dataclasses

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from buckets.errors import InvalidScalar
from buckets.scalars import percent_bytes
from gateway.auth.sigv4.canonical import SignedRequest
from gateway.auth.sigv4.payload import Payload
from tests.unit.auth.gate import Gate, with_header
from tests.unit.auth.oracle import presigned

GATE = Gate()

methods = st.sampled_from(["GET", "HEAD", "PUT", "POST", "DELETE"])
texts = st.text(st.one_of(st.sampled_from("~*+%/.;=&?#é$ \x00"), st.characters(codec="utf-8")), max_size=20)
segments = st.one_of(st.sampled_from(["", ".", "..", "~", "*", "+", "%20", "%2F", "%", "é", "e\u0301"]), texts)
paths = st.lists(segments, max_size=5).map(lambda parts: "/" + "/".join(parts))
known = st.sampled_from(
    ["response-content-type", "response-content-disposition", "versionId", "uploadId", "partNumber", "x-id", "X"]
)
queries = st.lists(st.tuples(st.one_of(known, texts), texts), max_size=5, unique_by=lambda pair: pair[0])
# Blanks outside ASCII are left out: botocore folds those too, the specification does not.
words = st.text(st.characters(exclude_categories=["C", "Z"]), max_size=12)
values = st.lists(st.tuples(words, st.text(" \t", max_size=3)).map("".join), max_size=4).map("".join)
names = st.from_regex(r"x-amz-meta-[a-z0-9-]{1,12}|content-type|range|cache-control|if-none-match", fullmatch=True)
headers = st.lists(st.tuples(names, values), max_size=4)


@settings(max_examples=2000, deadline=None)
@given(method=methods, path=paths, query=queries, headers=headers, expires=st.integers(1, 604800))
@example(method="PUT", path="//../a/./b//", query=[("uploads", ""), ("a-b", "1"), ("a", "2")], headers=[], expires=1)
@example(method="GET", path="/%e9/é/e\u0301", query=[("", ""), ("response-content-type", "a/b c+d~*")], headers=[], expires=60)
async def test_what_botocore_presigns_is_accepted(
    method: str, path: str, query: list[tuple[str, str]], headers: list[tuple[str, str]], expires: int
) -> None:
    accepted = await GATE.accepts(presigned(GATE.pair, method, path=path, query=query, headers=headers, expires=expires))
    assert (accepted.caller, accepted.payload) == (GATE.caller, Payload(None))


SAMPLE = presigned(
    GATE.pair,
    "PUT",
    path="/cards/a/../b~ü",
    query=[("partNumber", "1"), ("uploadId", "é+")],
    headers=[("x-amz-meta-colour", "blue"), ("content-type", "image/png")],
)


@pytest.mark.parametrize("part", ["raw_path", "raw_query"])
async def test_another_character_anywhere_in_the_target_is_refused(part: str) -> None:
    written: bytes = getattr(SAMPLE, part)
    for place in range(len(written)):
        for other in b"%&=+;/~- \x00aAgG0\xe9":
            mutant = replaced(part, written[:place] + bytes([other]) + written[place + 1 :])
            if meaning(mutant) != meaning(SAMPLE):
                await GATE.refuses(mutant)


@pytest.mark.parametrize("part", ["raw_path", "raw_query"])
async def test_a_character_less_or_more_in_the_target_is_refused(part: str) -> None:
    written: bytes = getattr(SAMPLE, part)
    for place in range(len(written)):
        for instead in (b"", 2 * written[place : place + 1]):
            mutant = replaced(part, written[:place] + instead + written[place + 1 :])
            if meaning(mutant) != meaning(SAMPLE):
                await GATE.refuses(mutant)


@settings(max_examples=500, deadline=None)
@given(name=st.sampled_from([name for name, _ in SAMPLE.headers]), value=st.text(max_size=20))
async def test_another_value_of_a_signed_header_is_refused(name: str, value: str) -> None:
    mutant = with_header(SAMPLE, name, value)
    assume(meaning(mutant) != meaning(SAMPLE))
    await GATE.refuses(mutant)


parameters = [piece.partition(b"=")[0] for piece in SAMPLE.raw_query.split(b"&")]
fragments = st.one_of(
    st.sampled_from([b"&", b"=", b"%", b"%2F", SAMPLE.raw_query, *parameters, *SAMPLE.raw_query.split(b"&")]), st.binary()
)


@settings(max_examples=1000, deadline=None)
@given(query=st.lists(fragments, max_size=12).map(b"".join))
async def test_only_our_own_errors_come_out_of_any_query(query: bytes) -> None:
    request = replaced("raw_query", query)
    assume(meaning(request) != meaning(SAMPLE))
    await GATE.refuses(request)


def replaced(part: str, value: bytes) -> SignedRequest:
    """The sample with another path or query."""
    if part == "raw_path":
        return dataclasses.replace(SAMPLE, raw_path=value)
    return dataclasses.replace(SAMPLE, raw_query=value)


def meaning(request: SignedRequest) -> object:
    """What a request says, whichever way it is written; None when it says nothing."""
    pairs = [piece.partition(b"=") for piece in request.raw_query.split(b"&") if piece]
    try:
        decoded = sorted((percent_bytes(name, name=""), percent_bytes(value, name="")) for name, _, value in pairs)
        path = percent_bytes(request.raw_path, name="")
    except InvalidScalar:
        return None
    return path, decoded, [(name.lower(), " ".join(value.split())) for name, value in request.headers]
