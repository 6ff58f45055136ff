"""What waits, and how late the loop is: the figures that tell of a service with too much to do."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from datetime import timedelta

from buckets.memory.meter import MemoryMeter
from buckets.names import BlobId
from gateway.build.bytes import blob_store
from gateway.observe.lag import LoopLag
from seaweedfs.settings import StoreKind, StoreSettings
from tests.factories import values

GATE = "seawall_store_gate"


async def test_the_gates_of_the_store_tell_their_room_what_is_taken_and_who_waits() -> None:
    settings, meter, go = StoreSettings(kind=StoreKind.MEMORY, puts=2), MemoryMeter(), asyncio.Event()

    async def body() -> AsyncIterator[bytes]:
        await go.wait()
        yield b"hello"

    async with AsyncExitStack() as stack:
        store = await blob_store(settings, meter, values.ManualClock(), values.IDS, stack)
        puts = [asyncio.create_task(store.put(BlobId(values.IDS.uuid7()), body(), size=5)) for _ in range(5)]
        await asyncio.sleep(0)
        assert [meter.gauged(GATE, gate="puts", state=state) for state in ("room", "taken", "waiting")] == [2, 2, 3]
        assert meter.gauged(GATE, gate="opens", state="taken") == 0
        go.set()
        await asyncio.gather(*puts)
        assert meter.gauged(GATE, gate="puts", state="taken") == 0


async def test_a_loop_that_comes_late_is_told() -> None:
    meter, clock = MemoryMeter(), values.ManualClock()

    async def pause(seconds: float) -> None:
        clock.advance(timedelta(seconds=seconds + 0.5))

    await LoopLag(meter, clock, pause).look()
    [late] = meter.observed("seawall_loop_lag_seconds")
    assert round(late, 6) == 0.5
