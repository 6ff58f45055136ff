"""A body that boundaries divide: which of its bytes are content, and where the next boundary is."""

from collections.abc import AsyncIterator

from buckets.errors import MalformedForm

PIECE = 256 << 10
"""The most bytes of a part that are handed on at once."""

_CRLF = b"\r\n"


class Bounded:
    """A body as far as it came and was not handed on: at most one chunk of it, and the headers of a part.

    It is looked through once, from boundary to boundary: CR LF, two hyphens, the boundary, and then CR LF or two hyphens.
    """

    def __init__(self, body: AsyncIterator[bytes], boundary: bytes) -> None:
        self._body = body
        self._mark = b"\r\n--" + boundary
        self._held = _CRLF  # the first boundary begins a line as all others do
        self._at = 0

    async def begin(self) -> None:
        """Over the CR LF in front of some content, unless it is the boundary's already: then there is no content."""
        if await self._free():
            self._at += len(_CRLF)

    async def piece(self) -> bytes:
        """The next bytes in front of a boundary; none when that is next."""
        size = await self._free()
        self._at += size
        return self._held[self._at - size : self._at]

    def step(self) -> bool:
        """Over the boundary that is next: whether a part follows it. The CR LF behind it is left to the headers."""
        behind = self._at + len(self._mark)
        tail = self._held[behind : behind + 2]
        if tail not in (_CRLF, b"--"):
            raise MalformedForm("blanks stand behind a boundary")
        self._at = behind if tail == _CRLF else behind + 2
        return tail == _CRLF

    async def headers(self, most: int) -> bytes:
        """The lines up to an empty one, each behind its CR LF. That of the empty one is left to what follows."""
        while (end := self._held.find(b"\r\n\r\n", self._at, self._at + most)) < 0:
            if len(self._held) - self._at >= most:
                raise MalformedForm(f"a part has more than {most} bytes of headers")
            await self._more()
        block, self._at = self._held[self._at : end], end + 2
        return block

    async def end(self, most: int) -> None:
        """Behind the last boundary there is a line's end and little else, or nothing."""
        whole = False
        while len(self._held) - self._at <= most and not whole:
            whole = not await self._grow()
        if not whole:
            raise MalformedForm("it goes on behind its last boundary")
        if self._held[self._at : self._at + 2] not in (b"", _CRLF):
            raise MalformedForm("its last boundary does not end the line")

    async def _free(self) -> int:
        """How many bytes are sure to stand in front of the next boundary, at most a piece; 0 when that is next."""
        while not (size := self._clear()):
            if len(self._held) >= self._at + len(self._mark) + 2:
                break
            await self._more()
        return size

    def _clear(self) -> int:
        """The same as far as can be told from what is here. What may be the beginning of a boundary is not clear yet."""
        start, end = self._at, min(len(self._held), self._at + PIECE)
        found = self._held.find(self._mark, start, end)
        while found >= 0 and self._is_data(found):
            found = self._held.find(self._mark, found + len(self._mark), end)
        if found < 0:
            found = self._held.rfind(b"\r", max(start, end - len(self._mark) + 1), end)
            found = found if found >= 0 and self._mark.startswith(self._held[found:end]) else end
        return found - start

    def _is_data(self, found: int) -> bool:
        """Whether what reads like a boundary goes on in another way. Other readers look past blanks, so those are no data."""
        behind = found + len(self._mark)
        tail = self._held[behind : behind + 2]
        return len(tail) == 2 and tail not in (_CRLF, b"--") and tail[:1] not in (b" ", b"\t")

    async def _more(self) -> None:
        if not await self._grow():
            raise MalformedForm("it ends before its last boundary")

    async def _grow(self) -> bool:
        chunk = await anext(self._body, None)
        if chunk is None:
            return False
        self._held, self._at = self._held[self._at :] + chunk, 0
        return True
