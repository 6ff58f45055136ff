"""What blobs, and pieces of blobs, are called in the bucket.

A blob of one piece is an object `ab/<uuid>`. A longer one is cut into pieces of one size, a power of two: `ab/<uuid>.0`, `.1` and
so on in hexadecimal, or `.1.2` where the second repeat of piece 1 was the one that succeeded. Its last piece is written last, under
the locator itself, and removed first: a blob is there when the object of that name is. The locator tells how many pieces there are
and how large they are, and names those that were repeated: `ab/<uuid>.2an-1-1` are 42 pieces of 8 MiB.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Self

from buckets.errors import BlobCorrupt, BlobMissing
from buckets.model.blob import Span
from buckets.names import BlobId

FAN_OUT = tuple(f"{number:02x}" for number in range(256))
MOST_REPEATS = 3
"""Of all pieces of a blob together: a locator of 64 bytes has room for no more."""

MOST_PIECES = 0xFFFFF
LEAST_POWER = 16
_POWERS = "0123456789abcdefghijklmnopqrstuvwxyz"
_BASE = r"(?P<base>([0-9a-f]{2})/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{10}\2)"
_NUMBER = r"(?:0|[1-9a-f][0-9a-f]{0,4})"
_LOCATOR = re.compile(rf"{_BASE}(?:\.(?P<pieces>{_NUMBER})(?P<power>[g-z])(?P<repeated>(?:-{_NUMBER}){{0,{MOST_REPEATS}}}))?")
_PIECE = re.compile(rf"{_BASE}\.{_NUMBER}(?:\.[1-{MOST_REPEATS}])?")


def base_of(blob: BlobId) -> str:
    """Fanned out by the end of the name: names made together begin alike."""
    return f"{blob.hex[-2:]}/{blob}"


def is_name_of(base: str, name: str) -> bool:
    """Whether an object is that blob or a piece of it."""
    match = _LOCATOR.fullmatch(name) or _PIECE.fullmatch(name)
    return match is not None and match["base"] == base


def power_of(piece_size: int) -> int:
    """Which power of two a piece's size is; ValueError when it is none that a locator can tell."""
    power = piece_size.bit_length() - 1
    if not LEAST_POWER <= power < len(_POWERS) or piece_size != 1 << power:
        raise ValueError(f"a piece must have a power of two of bytes, at least {1 << LEAST_POWER}")
    return power


@dataclass(frozen=True, slots=True, kw_only=True)
class Locator:
    """Where a blob lies. `repeated` names pieces in the order of their numbers, one once for each time that it was repeated."""

    base: str
    pieces: int = 1
    power: int = 0
    repeated: tuple[int, ...] = ()

    @classmethod
    def parse(cls, text: str) -> Self:
        """Text in any other form is the locator of no blob of ours."""
        found = cls.find(text)
        if found is None:
            raise BlobMissing(text)
        return found

    @classmethod
    def find(cls, name: str) -> Self | None:
        """The locator that the name of an object is, if it is one."""
        match = _LOCATOR.fullmatch(name)
        if match is None:
            return None
        if match["pieces"] is None:
            return cls(base=match["base"])
        repeated = tuple(int(number, 16) for number in match["repeated"].split("-")[1:])
        found = cls(base=match["base"], pieces=int(match["pieces"], 16), power=_POWERS.index(match["power"]), repeated=repeated)
        return found if found._is_possible() else None

    def __str__(self) -> str:
        if not self.power:
            return self.base
        return f"{self.base}.{self.pieces:x}{_POWERS[self.power]}" + "".join(f"-{number:x}" for number in self.repeated)

    @property
    def last(self) -> int:
        return self.pieces - 1

    def piece(self, number: int) -> str:
        """The name of the object that holds a piece."""
        return str(self) if number == self.last else piece_name(self.base, number, self.repeated.count(number))

    def parts(self, span: Span) -> Iterator[tuple[str, Span]]:
        """The objects that a span lies in, and where in each. The size of the last one is not known here."""
        if not self.power:
            yield self.base, span
            return
        size, offset = 1 << self.power, span.offset
        while offset < span.end:
            number = offset >> self.power
            if number > self.last:
                raise BlobCorrupt(str(self))
            end = min(span.end, (number + 1) * size) if number < self.last else span.end
            yield self.piece(number), Span(offset - number * size, end - offset)
            offset = end

    def size(self, last: int) -> int:
        """Of the blob, when its last piece is so large."""
        return (self.last << self.power) + last

    def crowns(self) -> Iterator[str]:
        """Every name that the last piece was written under."""
        before = replace(self, repeated=tuple(number for number in self.repeated if number != self.last))
        for repeats in range(len(self.repeated) - len(before.repeated) + 1):
            yield str(replace(before, repeated=(*before.repeated, *[self.last] * repeats)))

    def trunk(self) -> Iterator[str]:
        """Every name that the other pieces were written under."""
        for number in range(self.last):
            for repeat in range(self.repeated.count(number) + 1):
                yield piece_name(self.base, number, repeat)

    def _is_possible(self) -> bool:
        ordered = list(self.repeated) == sorted(self.repeated)
        return self.pieces > 1 and ordered and all(number <= self.last for number in self.repeated)


def piece_name(base: str, number: int, repeat: int) -> str:
    """The name of a piece that is not the last."""
    return f"{base}.{number:x}.{repeat}" if repeat else f"{base}.{number:x}"
