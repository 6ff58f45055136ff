"""The guard: handlers never hold a use case, only its guarded form, which asks who may before anything happens."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from buckets.errors import NoSuchBucket, NotPermitted
from buckets.model.account import Caller, Role
from buckets.model.bucket import Bucket
from buckets.model.commit import UNCONDITIONAL, Condition, Deleted, Origin
from buckets.model.version import Head
from buckets.names import BucketName, ObjectKey
from buckets.ports import Buckets
from buckets.ranges import ByteRange
from buckets.service.put import PutObject, Upload
from buckets.service.read import Reading, ReadObject
from buckets.service.remove import RemoveObject

# Handlers know the guard and nothing behind it.
__all__ = ["Guard", "Guarded", "Request", "Services", "Upload"]

_WRITERS = frozenset({Role.OWNER, Role.ADMIN, Role.SERVICE, Role.USER})


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """The use cases, unguarded: only the guard and the workers hold them."""

    buckets: Buckets
    put: PutObject
    read: ReadObject
    remove: RemoveObject


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What the guard needs to know of a request besides its caller."""

    id: str
    address: str = ""
    agent: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Guarded:
    """What one caller may do, within one request."""

    services: Services
    caller: Caller
    request: Request

    async def put(self, name: BucketName, key: ObjectKey, upload: Upload) -> Head:
        bucket = await self._writable("put_object", name)
        return await self.services.put(bucket, key, upload, self._origin("put_object"))

    async def head(self, name: BucketName, key: ObjectKey) -> Head:
        return await self.services.read.head(await self._bucket(name), key)

    async def delete(
        self, name: BucketName, key: ObjectKey, *, condition: Condition = UNCONDITIONAL, forever: bool = False
    ) -> Deleted:
        bucket = await self._writable("delete_object", name)
        return await self.services.remove(bucket, key, self._origin("delete_object"), condition=condition, forever=forever)

    @asynccontextmanager
    async def open(self, name: BucketName, key: ObjectKey, wanted: ByteRange | None = None) -> AsyncIterator[Reading]:
        async with self.services.read.open(await self._bucket(name), key, wanted) as reading:
            yield reading

    async def _writable(self, action: str, name: BucketName) -> Bucket:
        bucket = await self._bucket(name)
        if self.caller.role not in _WRITERS:
            raise NotPermitted(action)
        return bucket

    async def _bucket(self, name: BucketName) -> Bucket:
        """The caller's bucket. A bucket of another account answers exactly like none."""
        bucket = await self.services.buckets.find_bucket(name)
        if bucket is None or bucket.account != self.caller.account:
            raise NoSuchBucket(name)
        return bucket

    def _origin(self, action: str) -> Origin:
        return Origin(
            caller=self.caller, request_id=self.request.id, action=action, address=self.request.address, agent=self.request.agent
        )


@dataclass(frozen=True, slots=True)
class Guard:
    """Gives each caller its own guarded services."""

    services: Services

    def for_caller(self, caller: Caller, request: Request) -> Guarded:
        return Guarded(services=self.services, caller=caller, request=request)
