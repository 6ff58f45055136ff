"""What an operation is given: an authenticated request, its names parsed."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Self, TypeVar

from buckets.errors import InvalidScalar, NoSuchResource
from buckets.names import BucketName, Name, ObjectKey
from buckets.ports import Checksums, Clock
from gateway.auth.guard import Guarded
from gateway.auth.sigv4.payload import Payload
from gateway.edge.cursor import Cursors
from gateway.edge.exchange import Exchange
from gateway.edge.target import Target, bucket_name, object_key
from gateway.s3.xml.person import Person

N = TypeVar("N", bound=Name)

METADATA = "x-amz-meta-"
"""What the names of user metadata begin with."""


class Kind(Enum):
    """What a path names."""

    SERVICE = "SERVICE"
    BUCKET = "BUCKET"
    OBJECT = "OBJECT"


@dataclass(frozen=True, slots=True)
class Resource:
    """The service, a bucket, or an object in one."""

    named_bucket: BucketName | None = None
    named_key: ObjectKey | None = None

    @classmethod
    def parse(cls, target: Target) -> Self:
        """Of a path-style target. The key is everything behind the second slash, further slashes included."""
        if target.path == b"/":
            return cls()
        bucket, _, key = target.path[1:].partition(b"/")
        return cls(bucket_name(bucket), object_key(key) if key else None)

    @property
    def kind(self) -> Kind:
        if self.named_bucket is None:
            return Kind.SERVICE
        return Kind.BUCKET if self.named_key is None else Kind.OBJECT


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What every operation may use beside its request."""

    region: str
    cursors: Cursors
    clock: Clock
    checksums: Checksums


@dataclass(frozen=True, slots=True, kw_only=True)
class S3Request:
    """A request for an operation, and the services that its caller may use. `payload` is what was signed about the body."""

    exchange: Exchange
    resource: Resource
    parameters: Mapping[str, str]
    services: Guarded
    payload: Payload
    around: Surroundings

    @property
    def bucket(self) -> BucketName:
        return _named(self.resource.named_bucket)

    @property
    def key(self) -> ObjectKey:
        return _named(self.resource.named_key)

    def flag(self, name: str) -> bool:
        """A parameter that is `true`, `false` or absent."""
        text = self.parameters.get(name, "false")
        if text not in ("true", "false"):
            raise InvalidScalar(f"The parameter {name}", "true or false was expected")
        return text == "true"

    async def owner(self) -> Person:
        """Whoever owns what the caller can see."""
        account = await self.services.account()
        return Person(account.canonical_id, account.name)


def _named(name: N | None) -> N:
    """The router sends nothing to an operation that does not name what it is about."""
    if name is None:
        raise NoSuchResource("a path without its name")
    return name
