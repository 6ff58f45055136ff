"""Where bytes go."""

import asyncio
from contextlib import AsyncExitStack
from functools import partial

from buckets.errors import BrokenSetting
from buckets.memory.blobs import MemoryBlobStore
from buckets.ports import BlobStore, Clock, Ids, Meter
from seaweedfs.disk import DiskBlobStore
from seaweedfs.gate import Gate
from seaweedfs.limited import LimitedBlobStore
from seaweedfs.metered import MeteredBlobStore
from seaweedfs.settings import StoreKind, StoreSettings


async def blob_store(
    settings: StoreSettings, meter: Meter, clock: Clock, ids: Ids, stack: AsyncExitStack, *, prepare: bool = True
) -> BlobStore:
    """The store that the settings name, within its limits and metered; closed by the stack.

    Without `prepare` nothing is made for it: no directory, no bucket.
    """
    store = await _store(settings, meter, clock, ids, stack, prepare=prepare)
    return MeteredBlobStore(_limited(store, settings, meter), meter, clock)


async def _store(
    settings: StoreSettings, meter: Meter, clock: Clock, ids: Ids, stack: AsyncExitStack, *, prepare: bool
) -> BlobStore:
    match settings.kind:
        case StoreKind.MEMORY:
            return MemoryBlobStore()
        case StoreKind.DISK:
            return await _disk(settings, prepare=prepare)
        case StoreKind.SEAWEEDFS:
            memory = _gate("memory", settings.put_bytes, settings, meter)
            return await _seaweedfs(settings, memory, clock, ids, stack, prepare=prepare)


async def _disk(settings: StoreSettings, *, prepare: bool) -> BlobStore:
    store = DiskBlobStore(settings.directory)
    if prepare:
        await asyncio.to_thread(settings.directory.mkdir, mode=0o700, parents=True, exist_ok=True)
        await store.prepare()
    return store


async def _seaweedfs(
    settings: StoreSettings, memory: Gate, clock: Clock, ids: Ids, stack: AsyncExitStack, *, prepare: bool
) -> BlobStore:
    if not settings.endpoints:
        raise BrokenSetting("store.endpoints is not set: where are SeaweedFS's S3 gateways?")
    from seaweedfs.connect import connected  # with aiobotocore, which takes a third of a second to import

    store = await stack.enter_async_context(connected(settings, memory=memory, clock=clock, ids=ids))
    if prepare:
        await store.prepare()
    return store


def _limited(store: BlobStore, settings: StoreSettings, meter: Meter) -> BlobStore:
    puts, opens = (_gate(name, room, settings, meter) for name, room in (("puts", settings.puts), ("opens", settings.opens)))
    return LimitedBlobStore(store, puts=puts, opens=opens)


def _gate(name: str, room: int, settings: StoreSettings, meter: Meter) -> Gate:
    """One that is looked at from outside."""
    gate = Gate(room=room, queue=settings.queue, patience=settings.timeout)
    for state in ("room", "taken", "waiting"):
        meter.gauge("seawall_store_gate", partial(getattr, gate, state), gate=name, state=state)
    return gate
