"""The answers byte for byte, against documents written by hand in the order in which S3 sends the elements.

`tests/golden/s3_xml/` holds them an element a line for people to read; on the wire they have no blanks between elements.
"""

from collections.abc import Mapping
from datetime import timedelta, timezone
from pathlib import Path

import pytest

from buckets.model.page import Folder
from gateway.s3.xml.buckets import list_buckets_document
from gateway.s3.xml.copy import copy_object_document
from gateway.s3.xml.delete_result import Failed, Removed, delete_document
from gateway.s3.xml.listing import list_objects_document, list_objects_v2_document
from gateway.s3.xml.location import location_document
from tests.unit.s3.values import ETAG, OWNER, WHEN, bucket, head, shown

GOLDEN = Path(__file__).resolve().parents[2] / "golden" / "s3_xml"
RESULTS: list[Removed | Failed] = [
    Removed("one"),
    Failed("two & <three>", None, "AccessDenied", "Access denied."),
    Removed("four", marker="v2"),
    Removed("five", version="v3", marker="v3"),
    Failed("", "v4", "NoSuchVersion", ""),
]
WRITTEN: Mapping[str, bytes] = {
    "list_buckets": list_buckets_document(
        [bucket("assets"), bucket("photos", age=timedelta(days=1))], owner=OWNER, prefix=None, continuation=None
    ),
    "list_buckets_page": list_buckets_document(
        [bucket("photos")], owner=OWNER, prefix="ph", continuation="opaque+/=", region="eu-west-1"
    ),
    "list_buckets_none": list_buckets_document([], owner=OWNER, prefix="", continuation=None),
    "location": location_document("eu-west-1"),
    "location_us_east_1": location_document("us-east-1"),
    "list_objects": list_objects_document(shown([head("my <image>.jpg")]), owner=OWNER, marker="", next_marker=None),
    "list_objects_page": list_objects_document(
        shown(
            [Folder("run böoks/a b/"), head("run böoks/100%\n&", size=0, etag=f"{ETAG}-2"), Folder("run böoks/z+z/")],
            prefix="run böoks/",
            delimiter="/",
            encoding_type="url",
            truncated=True,
        ),
        owner=OWNER,
        marker="run böoks/~*-_.",
        next_marker="run böoks/z+z/",
    ),
    "list_objects_v2": list_objects_v2_document(
        shown([head("a/1\r\n\t"), Folder("a/1a & b/"), head("a/2 ~+%", size=5 << 40)], prefix="a/", delimiter="/"),
        owner=None,
        start_after=None,
        continuation=None,
        next_continuation=None,
    ),
    "list_objects_v2_page": list_objects_v2_document(
        shown([head("a b😀")], prefix="a b", delimiter="|", encoding_type="url", truncated=True),
        owner=OWNER,
        start_after="a b|",
        continuation="this &+/=",
        next_continuation="next &+/=",
    ),
    "copy_object": copy_object_document(ETAG, WHEN),
    "delete_result": delete_document(RESULTS, quiet=False),
    "delete_result_quiet": delete_document(RESULTS, quiet=True),
}


def golden(name: str) -> bytes:
    declaration, *lines = (GOLDEN / f"{name}.xml").read_text("utf-8").splitlines()
    return f"{declaration}\n{''.join(line.lstrip(' ') for line in lines)}".encode()


@pytest.mark.parametrize("name", WRITTEN)
def test_a_document_is_written_as_s3_writes_it(name: str) -> None:
    assert WRITTEN[name] == golden(name)


def test_every_golden_document_is_compared() -> None:
    assert {path.stem for path in GOLDEN.iterdir()} == set(WRITTEN)


@pytest.mark.parametrize(("truncated", "delimiter"), [(False, "/"), (True, None), (True, "")])
def test_a_next_marker_is_said_with_a_delimiter_and_more_to_come_only(truncated: bool, delimiter: str | None) -> None:
    page = shown([head("a")], delimiter=delimiter, truncated=truncated)
    assert b"NextMarker" not in list_objects_document(page, owner=OWNER, marker="", next_marker="a")


def test_times_are_written_in_utc() -> None:
    elsewhere = WHEN.astimezone(timezone(timedelta(hours=-9)))
    assert copy_object_document(ETAG, elsewhere) == golden("copy_object")
