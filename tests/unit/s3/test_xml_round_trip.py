"""What is written is read back as it was: by lxml, by botocore's parser, and by our own reader."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from buckets.model.page import Folder
from buckets.names import ObjectKey
from gateway.s3.xml.buckets import list_buckets_document
from gateway.s3.xml.copy import copy_object_document
from gateway.s3.xml.delete_result import Failed, Removed, delete_document
from gateway.s3.xml.listing import Shown, list_objects_document, list_objects_v2_document
from gateway.s3.xml.location import location_document
from gateway.s3.xml.text import NAMESPACE, document, element
from tests.unit.s3.botocore_client import parsed, parsed_location
from tests.unit.s3.reading import read
from tests.unit.s3.values import ETAG, HOSTILE, LISTABLE, OWNER, WHEN, bucket, head, shown

TEXTS = st.text(LISTABLE, max_size=200) | st.sampled_from(HOSTILE)
KEYS = st.text(LISTABLE, min_size=1, max_size=200).map(ObjectKey)
ENCODINGS = st.sampled_from([None, "url"])


def found(raw: bytes, path: str) -> list[str]:
    """The texts at a path, as lxml reads them."""
    return [node.text or "" for node in etree.fromstring(raw).iterfind(path, {"": NAMESPACE})]


def page(names: list[str], encoding: object) -> Shown:
    """A page that says each of the names wherever a name can stand."""
    entries = [*map(head, names), *map(Folder, names)]
    encoding_type = "url" if encoding else None
    return shown(entries, prefix=names[0], delimiter=names[-1], encoding_type=encoding_type, truncated=True)  # type: ignore[arg-type]


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.parametrize("encoding", [None, "url"])
class TestListings:
    def test_version_1_names_are_read_back(self, name: str, encoding: str | None) -> None:
        raw = list_objects_document(page([name], encoding), owner=OWNER, marker=name, next_marker=name)
        answer = parsed("ListObjects", raw)
        assert answer["Contents"] == [
            {
                "Key": name,
                "LastModified": WHEN.replace(microsecond=123000),
                "ETag": f'"{ETAG}"',
                "Size": 434234,
                "StorageClass": "STANDARD",
                "Owner": {"ID": OWNER.id, "DisplayName": OWNER.name},
            }
        ]
        assert answer["CommonPrefixes"] == [{"Prefix": name}]
        assert (answer["Marker"], answer["NextMarker"], answer["Delimiter"]) == (name, name, name)
        assert (answer["Name"], answer["MaxKeys"], answer["IsTruncated"]) == ("photos", 1000, True)

    def test_version_2_names_are_read_back(self, name: str, encoding: str | None) -> None:
        raw = list_objects_v2_document(
            page([name], encoding), owner=None, start_after=name, continuation="a+%20", next_continuation="b+%20"
        )
        answer = parsed("ListObjectsV2", raw)
        assert [entry["Key"] for entry in answer["Contents"]] == [name]
        assert "Owner" not in answer["Contents"][0]
        assert answer["CommonPrefixes"] == [{"Prefix": name}]
        assert (answer["Prefix"], answer["StartAfter"], answer["Delimiter"]) == (name, name, name)
        assert (answer["ContinuationToken"], answer["NextContinuationToken"]) == ("a+%20", "b+%20")
        assert (answer["KeyCount"], answer["MaxKeys"], answer["IsTruncated"]) == (2, 1000, True)


@given(st.lists(KEYS, min_size=1, max_size=5), ENCODINGS)
def test_any_key_is_listed_as_it_is(keys: list[str], encoding: str | None) -> None:
    raw = list_objects_v2_document(
        page(keys, encoding), owner=OWNER, start_after=keys[0], continuation=None, next_continuation=None
    )
    answer = parsed("ListObjectsV2", raw)
    assert [entry["Key"] for entry in answer["Contents"]] == keys
    assert [entry["Prefix"] for entry in answer["CommonPrefixes"]] == keys
    assert (answer["Prefix"], answer["StartAfter"], answer["Delimiter"]) == (keys[0], keys[0], keys[-1])


@given(KEYS)
def test_lxml_reads_any_key_as_it_is(key: str) -> None:
    raw = list_objects_document(page([key], None), owner=OWNER, marker=key, next_marker=key)
    for path in ("Prefix", "Marker", "NextMarker", "Delimiter", "Contents/Key", "CommonPrefixes/Prefix"):
        assert found(raw, path) == [key]


@given(KEYS)
def test_an_encoded_key_holds_nothing_but_safe_characters(key: str) -> None:
    raw = list_objects_document(page([key], "url"), owner=OWNER, marker=key, next_marker=key)
    (written,) = found(raw, "Contents/Key")
    assert written.encode().translate(None, b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.*/+%") == b""


@pytest.mark.parametrize("name", HOSTILE)
def test_delete_results_are_read_back(name: str) -> None:
    results: list[Removed | Failed] = [
        Removed(name),
        Failed(name, name, "InternalError", name),
        Removed(name, name, name),
        Failed(name, None, "A", name),
    ]
    answer = parsed("DeleteObjects", delete_document(results, quiet=False))
    assert answer["Deleted"] == [
        {"Key": name},
        {"Key": name, "VersionId": name, "DeleteMarker": True, "DeleteMarkerVersionId": name},
    ]
    assert answer["Errors"] == [
        {"Key": name, "VersionId": name, "Code": "InternalError", "Message": name},
        {"Key": name, "Code": "A", "Message": name},
    ]


def test_buckets_are_read_back() -> None:
    names = ["assets", "batches", "photos"]
    raw = list_buckets_document([*map(bucket, names)], owner=OWNER, prefix="<&", continuation="\r]]>", region="<r>")
    answer = parsed("ListBuckets", raw)
    at = WHEN.replace(microsecond=123000)
    assert answer["Buckets"] == [{"Name": name, "CreationDate": at, "BucketRegion": "<r>"} for name in names]
    assert answer["Owner"] == {"ID": OWNER.id, "DisplayName": OWNER.name}
    assert (answer["Prefix"], answer["ContinuationToken"]) == ("<&", "\r]]>")


def test_a_copy_is_read_back() -> None:
    answer = parsed("CopyObject", copy_object_document(ETAG, WHEN))["CopyObjectResult"]
    assert answer == {"ETag": f'"{ETAG}"', "LastModified": WHEN.replace(microsecond=123000)}


@pytest.mark.parametrize(("region", "location"), [("eu-west-1", "eu-west-1"), ("<&>", "<&>"), ("us-east-1", None)])
def test_a_location_is_read_back(region: str, location: str | None) -> None:
    assert parsed_location(location_document(region)) == location


@given(TEXTS)
async def test_our_own_reader_reads_what_we_write(text: str) -> None:
    assert (await read(document("Delete", element("Key", text)))).texts("Key") == {"Key": text}


@given(st.text(st.characters(), max_size=200))
async def test_any_text_at_all_is_written_well_formed(text: str) -> None:
    raw = document("Delete", element("Key", text))
    written = (await read(raw)).texts("Key")["Key"]
    assert found(raw, "Key") == [written]
    assert all(before == after or after == "\ufffd" for before, after in zip(text, written, strict=True))


def test_a_long_list_keeps_its_order() -> None:
    names = [f"{number:04}/<{number}>" for number in range(1000)]
    raw = list_objects_v2_document(
        shown(map(head, names)), owner=OWNER, start_after=None, continuation=None, next_continuation=None
    )
    keys = found(raw, "Contents/Key")
    assert keys == names
    assert all(one < other for one, other in pairwise(keys))
