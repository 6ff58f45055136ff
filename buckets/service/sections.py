"""A body of unknown length in sections, so that what has come of it lies in blobs of its own however long it becomes."""

from collections.abc import AsyncGenerator, AsyncIterator
from typing import Self


class _Section:
    """The body from here on, until it has been so much."""

    def __init__(self, begun: bytes, body: AsyncIterator[bytes], size: int) -> None:
        self.rest = begun
        self._body = body
        self._left = size

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> bytes:
        if not self._left:
            raise StopAsyncIteration
        chunk = self.rest or await anext(self._body)
        part, self.rest = chunk[: self._left], chunk[self._left :]
        self._left -= len(part)
        return part


async def sections(body: AsyncIterator[bytes], size: int) -> AsyncGenerator[AsyncIterator[bytes], None]:
    """Each is drawn to its end before the next is asked for, and none but the first is empty; only the last may be short."""
    begun = await anext(body, b"")
    while True:
        section = _Section(begun, body, size)
        yield section
        begun = section.rest or await _some(body)
        if not begun:
            return


async def _some(body: AsyncIterator[bytes]) -> bytes:
    """What comes next, nothing after the last."""
    async for chunk in body:
        if chunk:
            return chunk
    return b""
