"""Bodies of all kinds: whole, without end, broken, stalled."""

import asyncio
import random
from collections.abc import AsyncIterator

KIB, MIB = 1 << 10, 1 << 20


def noise(size: int) -> bytes:
    """Bytes that repeat from run to run and nowhere else."""
    return random.Random(size).randbytes(size)


async def body(*chunks: bytes) -> AsyncIterator[bytes]:
    for chunk in chunks:
        yield chunk


async def endless(chunk: bytes) -> AsyncIterator[bytes]:
    while True:
        yield chunk


async def broken(*chunks: bytes, fault: Exception) -> AsyncIterator[bytes]:
    for chunk in chunks:
        yield chunk
    raise fault


async def stalled(*chunks: bytes, reached: asyncio.Event) -> AsyncIterator[bytes]:
    """Some chunks, and then nothing for ever."""
    for chunk in chunks:
        yield chunk
    reached.set()
    await asyncio.Event().wait()
