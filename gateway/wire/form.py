"""A multipart/form-data body, read as it arrives: its parts in their order, each a stream of its own.

https://www.rfc-editor.org/rfc/rfc7578, and what browsers write: https://html.spec.whatwg.org/#multipart-form-data. What one reader
takes for a boundary and another for data is refused here, rather than stored as either.
"""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Self

from buckets.errors import MalformedForm
from gateway.wire.boundaries import PIECE, Bounded
from gateway.wire.part_headers import boundary_of, content_type, parameters, parse_headers, word

# All that a front needs to read forms.
__all__ = ["PIECE", "USUAL", "Form", "Limits", "Part", "boundary_of"]

_ENCODINGS = ("", "binary", "8bit", "7bit")


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What a form may have; its parts may be of any size."""

    parts: int = 1000
    headers: int = 16
    header_bytes: int = 8192
    preamble: int = 1024
    epilogue: int = 1024


USUAL = Limits()


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One part: a field, or a file where there is a file name (browsers send an empty one for no file). Headers are lower-case.

    The body can be read until the form is asked for its next part.
    """

    name: str
    filename: str | None
    content_type: str | None
    headers: Mapping[str, str]
    body: AsyncIterator[bytes]

    async def text(self, most: int) -> str:
        """A small field, whole."""
        value = bytearray()
        async for piece in self.body:
            value += piece
            if len(value) > most:
                raise MalformedForm(f"a field has more than the {most} bytes that it may have")
        try:
            return value.decode("utf-8")
        except UnicodeDecodeError as error:
            raise MalformedForm("a field is not UTF-8") from error


class Form:
    """An async iterator of parts. It ends only where the form and its body do; whatever the body raises comes out as it is."""

    def __init__(self, body: AsyncIterator[bytes], boundary: bytes, limits: Limits = USUAL) -> None:
        self._stream = Bounded(body, boundary)
        self._dashed = b"--" + boundary
        self._limits = limits
        self._count = 0
        self._content: _Content | None = None
        self._broken = False
        self._over = False

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Part:
        if self._over:
            raise StopAsyncIteration
        if self._broken:
            raise MalformedForm("it could not be read any further before")
        self._broken = True
        part = await self._next()
        self._broken = False
        if part is not None:
            return part
        self._over = True
        raise StopAsyncIteration

    async def _next(self) -> Part | None:
        await (self._content.leave() if self._content else self._skip_preamble())
        if not self._stream.step():
            await self._stream.end(self._limits.epilogue)
            return None
        if self._count == self._limits.parts:
            raise MalformedForm(f"it has more than {self._limits.parts} parts")
        self._count += 1
        return await self._begin()

    async def _begin(self) -> Part:
        headers = parse_headers(await self._stream.headers(self._limits.header_bytes), self._limits.headers)
        await self._stream.begin()
        self._content = _Content(self._stream)
        return _part(headers, self._content)

    async def _skip_preamble(self) -> None:
        """A boundary in it that begins no line is one that others may take for the first."""
        await self._stream.begin()
        skipped = b""
        while piece := await self._stream.piece():
            skipped += piece
            if len(skipped) > self._limits.preamble or self._dashed in skipped:
                raise MalformedForm("it does not begin with its boundary")


class _Content:
    """The bytes of one part."""

    def __init__(self, stream: Bounded) -> None:
        self._stream = stream
        self._over = False
        self._left = False

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> bytes:
        if self._left:
            raise RuntimeError("the form has gone on to its next part")
        piece = b"" if self._over else await self._stream.piece()
        self._over = not piece
        if piece:
            return piece
        raise StopAsyncIteration

    async def leave(self) -> None:
        """Pass over what was not read; whoever reads on does not take that for the end."""
        self._left = not self._over
        while not self._over:
            self._over = not await self._stream.piece()


def _part(headers: Mapping[str, str], body: AsyncIterator[bytes]) -> Part:
    kind, given = parameters(headers.get("content-disposition", ""))
    name = word(given, "name")
    if kind != "form-data" or not name:
        raise MalformedForm("a part has no Content-Disposition of form-data with a name")
    if headers.get("content-transfer-encoding", "").lower() not in _ENCODINGS:
        raise MalformedForm("a part is encoded for a transfer")
    return Part(name=name, filename=word(given, "filename"), content_type=content_type(headers), headers=headers, body=body)
