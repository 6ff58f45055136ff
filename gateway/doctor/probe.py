"""A blob that goes through the store as any other does, and is gone afterwards."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from dataclasses import dataclass
from typing import TypeAlias

from buckets.errors import BlobMissing, StorageError
from buckets.model.blob import Span, Stored
from buckets.names import BlobId
from buckets.ports import BlobStore, Clock, Ids
from gateway.doctor.finding import Finding, failed, well

Opened: TypeAlias = Callable[[], AbstractAsyncContextManager[BlobStore]]

_SIZE = 100_000
_INSIDE = Span(40_000, 7)


class Amiss(Exception):
    """A step that did not go well; the message is fit for an operator's eyes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Probe:
    """`remedy` says what mends the fault of a step."""

    name: str
    opened: Opened
    remedy: Callable[[StorageError | None], str]
    clock: Clock
    ids: Ids

    async def finding(self) -> Finding:
        began = self.clock.monotonic()
        try:
            async with self.opened() as store:
                await self._there_and_back(store)
        except Amiss as amiss:
            fault = amiss.__cause__
            return failed(self.name, str(amiss), self.remedy(fault if isinstance(fault, StorageError) else None))
        return well(self.name, f"put, get, range and delete in {1000 * (self.clock.monotonic() - began):.0f} ms")

    async def _there_and_back(self, store: BlobStore) -> None:
        blob, content = BlobId(self.ids.uuid7()), self.ids.secret(_SIZE)
        try:
            await _kept(store, blob, content)
        except BaseException:
            with suppress(StorageError):  # what went wrong first matters more
                await store.delete([(blob, None)])
            raise


async def _kept(store: BlobStore, blob: BlobId, content: bytes) -> None:
    async with _step("put"):
        stored = await store.put(blob, _body(content), size=len(content))
    async with _step("get"):
        whole = await _read(store, stored, Span(0, len(content)))
    async with _step("range"):
        part = await _read(store, stored, _INSIDE)
    if (whole, part) != (content, content[_INSIDE.offset : _INSIDE.end]):
        raise Amiss("it gave back other bytes than it was given")
    async with _step("delete"):
        await store.delete([(blob, stored.locator)])
    if not await _is_gone(store, stored):
        raise Amiss(f"the blob {stored.locator} is still there after it was deleted")


@asynccontextmanager
async def _step(name: str) -> AsyncIterator[None]:
    try:
        yield
    except StorageError as fault:
        raise Amiss(f"{name}: {str(fault).rstrip('.')}") from fault


async def _body(content: bytes) -> AsyncIterator[bytes]:
    yield content


async def _read(store: BlobStore, stored: Stored, span: Span) -> bytes:
    async with store.open(stored.locator, span) as chunks:
        return b"".join([chunk async for chunk in chunks])


async def _is_gone(store: BlobStore, stored: Stored) -> bool:
    async with _step("delete"):
        try:
            await store.stat(stored.locator)
        except BlobMissing:
            return True
    return False
