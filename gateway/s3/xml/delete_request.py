"""The Delete document: which objects DeleteObjects is to remove.

https://docs.aws.amazon.com/AmazonS3/latest/API/API_Delete.html
"""

from collections.abc import Sequence
from dataclasses import dataclass

from buckets.errors import MalformedXml, NotImplementedYet
from gateway.s3.xml.boolean import parse_boolean
from gateway.s3.xml.element import Element

MOST_OBJECTS = 1000


@dataclass(frozen=True, slots=True)
class Requested:
    """What is to be removed, as it was said: whether these can be names at all is judged object by object.

    `etag` is a condition: the object is to be removed only if it still has that one.
    """

    key: str
    version: str | None
    etag: str | None = None


@dataclass(frozen=True, slots=True)
class DeleteRequest:
    """A quiet one wants to hear of failures only."""

    keys: Sequence[Requested]
    quiet: bool


def parse_delete(document: Element) -> DeleteRequest:
    found = document.children("Quiet", many=["Object"])
    objects = found["Object"]
    if not 1 <= len(objects) <= MOST_OBJECTS:
        raise MalformedXml(f"it takes 1 to {MOST_OBJECTS} objects")
    return DeleteRequest(tuple(map(_requested, objects)), quiet=any(map(parse_boolean, found["Quiet"])))


def _requested(element: Element) -> Requested:
    said = element.texts("Key", "VersionId", "ETag", "LastModifiedTime", "Size")
    if "Key" not in said:
        raise MalformedXml("an object has no Key")
    for condition in ("LastModifiedTime", "Size"):
        if condition in said:
            raise NotImplementedYet(condition)
    return Requested(said["Key"], said.get("VersionId"), said.get("ETag"))
