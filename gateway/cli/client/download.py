"""Receiving one object whole: where the connection breaks, it goes on with the same version or not at all."""

import aiohttp

from gateway.cli.client.errors import Exit, Failure
from gateway.cli.client.link import Link, Request
from gateway.cli.client.place import Place
from gateway.cli.client.progress import Bar
from gateway.cli.client.repeats import repeated
from gateway.cli.client.sink import Sink
from gateway.cli.client.stored import Stored

CHANGED = 412
"""The status of a failure that means: the object is not the one that was asked about."""


async def download(link: Link, place: Place, stored: Stored, sink: Sink, bar: Bar) -> None:
    """All of it into the sink, compared with what the service says of it."""

    async def attempt() -> None:
        if sink.received < stored.size or not stored.size:
            await _receive(link, place, stored, sink, bar)

    await repeated(attempt, progress=lambda: sink.received)
    sink.must_hold(stored)


async def _receive(link: Link, place: Place, stored: Stored, sink: Sink, bar: Bar) -> None:
    headers = {"If-Match": f'"{stored.etag}"', **({"Range": f"bytes={sink.received}-"} if sink.received else {})}
    async with link.call(Request(path=place.path, headers=headers)) as (response, watch):
        _must_go_on(response, sink.received, stored.size)
        async for piece in response.content.iter_any():
            watch.rest()
            await sink.write(piece)
            bar.advance(len(piece))
            watch.moved()


def _must_go_on(response: aiohttp.ClientResponse, received: int, size: int) -> None:
    """The answer begins where what was received ends, and ends where the object does."""
    part = f"bytes {received}-{size - 1}/{size}" if received else None
    if response.headers.get("Content-Range") != part or response.content_length != size - received:
        raise Failure("The service sent another part of the object than it was asked for.", Exit.UNAVAILABLE)
