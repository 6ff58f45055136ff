"""A store whose work is counted and timed."""

from collections.abc import AsyncGenerator, AsyncIterator, Iterable, Iterator
from contextlib import AsyncExitStack, aclosing, asynccontextmanager, contextmanager
from functools import partial

from buckets.errors import ClientFault, StorageError
from buckets.model.blob import Span, Stored
from buckets.names import BlobId
from buckets.ports import BlobStore, Clock, Meter

SECONDS = "seawall_store_seconds"
"""By operation: of a put all of it, the client's slowness included; of an open until the first bytes can be read."""

FAULTS = "seawall_store_faults_total"
"""By operation, and by the name of the fault. What the client did is no fault of the store."""

BYTES = "seawall_store_bytes_total"
"""By direction."""

UNDER_WAY = "seawall_store_under_way"
"""By operation: puts and opens that have not ended."""


class MeteredBlobStore:
    """Tells a meter what a store does."""

    def __init__(self, store: BlobStore, meter: Meter, clock: Clock) -> None:
        self._store = store
        self._meter = meter
        self._clock = clock
        self._under_way = {"put": 0, "open": 0}
        for operation in self._under_way:
            meter.gauge(UNDER_WAY, partial(self._under_way.__getitem__, operation), operation=operation)

    async def put(self, blob: BlobId, body: AsyncIterator[bytes], *, size: int | None) -> Stored:
        with self._present("put"), self._measured("put"):
            stored = await self._store.put(blob, body, size=size)
        self._meter.count(BYTES, stored.size, direction="in")
        return stored

    @asynccontextmanager
    async def open(self, locator: str, span: Span) -> AsyncIterator[AsyncIterator[bytes]]:
        async with AsyncExitStack() as stack:
            stack.enter_context(self._present("open"))
            with self._measured("open"):
                chunks = await stack.enter_async_context(self._store.open(locator, span))
            yield await stack.enter_async_context(aclosing(self._counted(chunks)))

    async def stat(self, locator: str) -> int:
        with self._measured("stat"):
            return await self._store.stat(locator)

    async def delete(self, blobs: Iterable[tuple[BlobId, str | None]]) -> None:
        with self._measured("delete"):
            await self._store.delete(blobs)

    async def walk(self) -> AsyncIterator[Stored]:
        with self._blamed("walk"):
            async for stored in self._store.walk():
                yield stored

    async def check(self) -> None:
        with self._measured("check"):
            await self._store.check()

    async def _counted(self, chunks: AsyncIterator[bytes]) -> AsyncGenerator[bytes, None]:
        moved = 0
        try:
            with self._blamed("read"):
                async for chunk in chunks:
                    moved += len(chunk)
                    yield chunk
        finally:
            self._meter.count(BYTES, moved, direction="out")

    @contextmanager
    def _present(self, operation: str) -> Iterator[None]:
        self._under_way[operation] += 1
        try:
            yield
        finally:
            self._under_way[operation] -= 1

    @contextmanager
    def _measured(self, operation: str) -> Iterator[None]:
        began = self._clock.monotonic()
        try:
            with self._blamed(operation):
                yield
        finally:
            self._meter.observe(SECONDS, self._clock.monotonic() - began, operation=operation)

    @contextmanager
    def _blamed(self, operation: str) -> Iterator[None]:
        try:
            yield
        except ClientFault:
            raise
        except StorageError as fault:
            self._meter.count(FAULTS, operation=operation, fault=type(fault).__name__)
            raise
