"""What replies mean: those that SeaweedFS was heard to give, and those that it should never give."""

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st
from multidict import CIMultiDict

from buckets.errors import BlobCorrupt, BlobMissing, Busy, ServerFault, StorageError, StoreBusy, StoreFull, StoreUnavailable
from buckets.model.blob import Span
from seaweedfs.wire import (
    Objects,
    check_deleted,
    check_span,
    deletion,
    error_code,
    error_of,
    listed,
    object_size,
    refusal,
    stored_md5,
)

RECORDED = json.loads((Path(__file__).parent / "replies.json").read_text())["replies"]
NAME = "ab/01941b2e-9f6a-7c3d-8e4f-0123456789ab"


@dataclass
class Reply:
    """One that was recorded."""

    status: int
    headers: CIMultiDict[str]
    body: bytes


def recorded(name: str) -> Reply:
    reply: dict[str, Any] = RECORDED[name]
    return Reply(reply["status"], CIMultiDict(reply["headers"]), reply["body"].encode())


def test_a_put_says_the_hash_of_what_it_stored() -> None:
    assert stored_md5(recorded("stored").headers) == hashlib.md5(b"hello world").digest()


HASHES = [None, "", '""', "abc", f'"{31 * "a"}"', f'"{32 * "g"}"', f'"{32 * "A"}"', f'"{32 * "a"}-2"']


@pytest.mark.parametrize("etag", HASHES)
def test_a_put_that_says_no_hash_is_no_success(etag: str | None) -> None:
    with pytest.raises(StoreUnavailable):
        stored_md5({} if etag is None else {"ETag": etag})


@pytest.mark.parametrize(("name", "span"), [("whole", Span(0, 11)), ("range", Span(2, 3))])
def test_a_range_is_what_was_asked_for(name: str, span: Span) -> None:
    reply = recorded(name)
    check_span(reply.status, reply.headers, span, name=NAME)


@pytest.mark.parametrize("span", [Span(5, 7), Span(5, 36)])
def test_a_range_that_ends_early_is_corrupt(span: Span) -> None:
    reply = recorded("range beyond the end")
    with pytest.raises(BlobCorrupt):
        check_span(reply.status, reply.headers, span, name=NAME)


@pytest.mark.parametrize("span", [Span(5, 5), Span(4, 7), Span(0, 11), Span(6, 5)])
def test_another_range_is_no_answer(span: Span) -> None:
    reply = recorded("range beyond the end")
    with pytest.raises(StoreUnavailable):
        check_span(reply.status, reply.headers, span, name=NAME)


RANGES = ["", "bytes 0-4", "bytes */11", "bytes 0-4/*", "bytes 0-4/11 ", "bytes +0-4/11", "bytes 0-4,6-8/11", "items 0-4/11"]


@pytest.mark.parametrize("said", RANGES)
def test_a_range_that_cannot_be_read_is_no_answer(said: str) -> None:
    with pytest.raises(StoreUnavailable):
        check_span(206, {"Content-Range": said, "Content-Length": "5"}, Span(0, 5), name=NAME)


@pytest.mark.parametrize("status", [200, 203, 304])
def test_a_range_is_never_read_from_another_status(status: int) -> None:
    with pytest.raises(StoreUnavailable):
        check_span(status, {"Content-Range": "bytes 0-4/11", "Content-Length": "5"}, Span(0, 5), name=NAME)


def test_a_range_with_fewer_bytes_than_it_says_is_corrupt() -> None:
    with pytest.raises(BlobCorrupt):
        check_span(206, {"Content-Range": "bytes 0-4/11", "Content-Length": "4"}, Span(0, 5), name=NAME)


@given(
    offset=st.integers(0, 1 << 40),
    length=st.integers(1, 1 << 40),
    first=st.integers(0, 1 << 41),
    last=st.integers(0, 1 << 41),
    size=st.integers(0, 1 << 41),
)
def test_only_the_range_itself_passes(offset: int, length: int, first: int, last: int, size: int) -> None:
    span = Span(offset, length)
    exact = {"Content-Range": f"bytes {offset}-{span.end - 1}/{1 << 50}", "Content-Length": str(length)}
    check_span(206, exact, span, name=NAME)
    said = {"Content-Range": f"bytes {first}-{last}/{1 << 50}", "Content-Length": str(size)}
    if said != exact:
        with pytest.raises(ServerFault):
            check_span(206, said, span, name=NAME)


def test_a_size_is_what_the_head_says() -> None:
    assert object_size(recorded("size").headers) == 11


@pytest.mark.parametrize("said", [None, "", "-1", "+5", "1_0", "0x5", "5.0", str(1 << 60)])
def test_a_size_that_cannot_be_read_is_no_answer(said: str | None) -> None:
    with pytest.raises(StoreUnavailable):
        object_size({} if said is None else {"Content-Length": said})


REFUSALS = {
    "name in use": StoreUnavailable,
    "range behind the end": BlobCorrupt,
    "no such object": BlobMissing,
    "no such bucket": StoreUnavailable,
    "put without a bucket": StoreUnavailable,
    "size of nothing": StoreUnavailable,  # it has no words: the store asks once more
    "not understood": StoreUnavailable,
    "another secret": StoreUnavailable,
}


@pytest.mark.parametrize("name", REFUSALS)
def test_a_refusal_is_one_of_our_faults(name: str) -> None:
    reply = recorded(name)
    fault = refusal(reply.status, reply.body, name=NAME)
    assert type(fault) is REFUSALS[name]


@pytest.mark.parametrize("name", ["no such bucket", "another secret"])
def test_a_refusal_that_an_operator_must_mend_says_what_it_was(name: str) -> None:
    reply = recorded(name)
    assert error_code(reply.body) in str(refusal(reply.status, reply.body, name=NAME))


@pytest.mark.parametrize("status", [500, 502, 503, 504, 429, 408])
def test_whatever_goes_wrong_over_there_is_busy(status: int) -> None:
    fault = error_of(status, "InternalError", name=NAME)
    assert type(fault) is StoreBusy
    assert isinstance(fault, Busy)


def test_a_full_disk_that_says_so_is_told_apart() -> None:
    assert type(error_of(507, "", name=NAME)) is StoreFull


@given(status=st.integers(100, 999), body=st.binary(max_size=200))
def test_any_answer_means_something(status: int, body: bytes) -> None:
    assert isinstance(refusal(status, body, name=NAME), StorageError)
    assert not isinstance(refusal(status, body, name=NAME), BlobMissing) or b"NoSuchKey" in body


@pytest.mark.parametrize(
    ("name", "names", "more"),
    [("listing", [NAME], False), ("listing of nothing", [], False), ("listing of a page", [NAME], True)],
)
def test_a_listing_says_the_names_and_whether_there_are_more(name: str, names: list[str], more: bool) -> None:
    assert listed(recorded(name).body) == (names, more)


@pytest.mark.parametrize("reply", [b"", b"OK", b"<Error><Code>InternalError</Code></Error>"])
def test_a_listing_that_is_none_is_not_empty(reply: bytes) -> None:
    with pytest.raises(StoreUnavailable):
        listed(reply)


def test_what_was_deleted_is_not_spoken_of() -> None:
    check_deleted(recorded("deleted").body)


def test_what_was_not_deleted_is_a_fault() -> None:
    with pytest.raises(StoreBusy):
        check_deleted(recorded("not deleted").body)


@pytest.mark.parametrize("reply", [b"", b"OK", b"<html>"])
def test_an_answer_that_is_none_is_a_fault(reply: bytes) -> None:
    with pytest.raises(StoreUnavailable):
        check_deleted(reply)


@given(st.lists(st.text(st.characters(categories=["L", "N", "P", "S"]), min_size=1, max_size=20), max_size=10))
def test_a_deletion_names_each_object(names: list[str]) -> None:
    root = ET.fromstring(deletion(names))
    assert [each.text for each in root.iter("Key")] == names
    assert root.findtext("Quiet") == "true"


def test_a_put_never_overwrites_and_always_has_a_type() -> None:
    request = Objects("blobs").put(NAME, 5)
    assert request.target == f"/blobs/{NAME}"
    assert request.headers == {"content-length": "5", "content-type": "application/octet-stream", "if-none-match": "*"}


def test_a_get_asks_for_a_range() -> None:
    assert Objects("blobs").get(NAME, Span(5, 10)).headers == {"range": "bytes=5-14"}
