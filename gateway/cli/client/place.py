"""Where something is in the service: `bucket`, `bucket/key` or `sw://bucket/key`."""

from dataclasses import dataclass, replace
from typing import Self
from urllib.parse import quote

import click

from buckets.errors import ClientFault
from buckets.names import BucketName, ObjectKey

_SCHEME = "sw://"


@dataclass(frozen=True, slots=True)
class Place:
    """A bucket, and a key or the beginning of keys in it; without either it is all of the bucket."""

    bucket: BucketName
    key: str = ""

    @classmethod
    def parse(cls, text: str) -> Self:
        """The key is whatever stands behind the first slash. Raises what is wrong with either name."""
        bucket, _, key = text.removeprefix(_SCHEME).partition("/")
        return cls(BucketName(bucket), ObjectKey(key) if key else "")

    def __str__(self) -> str:
        return f"{self.bucket}/{self.key}" if self.key else self.bucket

    @property
    def is_folder(self) -> bool:
        """Whether it only says where, and whatever is put there keeps its own name."""
        return not self.key or self.key.endswith("/")

    @property
    def folder(self) -> Self:
        """The same, taken for a folder."""
        return self if self.is_folder else replace(self, key=f"{self.key}/")

    @property
    def last(self) -> str:
        """The last part of the key that says anything."""
        return self.key.rstrip("/").rpartition("/")[2]

    def at(self, name: str) -> Self:
        """What has this name, if the place leaves that open."""
        return replace(self, key=ObjectKey(self.key + name)) if self.is_folder else self

    @property
    def path(self) -> str:
        """Of the object in `/v1`."""
        return f"/v1/objects/{self.bucket}/{quote(self.key, safe='/~')}"


def typed_place(text: str) -> Place:
    """A place as it is typed."""
    try:
        return Place.parse(text)
    except ClientFault as error:
        raise click.BadParameter(f"{error} A place in the service is written bucket/key.") from error


def typed_object(text: str) -> Place:
    """The place of one object."""
    place = typed_place(text)
    if not place.key:
        raise click.BadParameter(f"{place} is a bucket: an object is written bucket/key.")
    return place
