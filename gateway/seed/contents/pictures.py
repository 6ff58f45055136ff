"""Pictures with a slope of colours: backgrounds, cards and mosaics."""

from collections.abc import Iterator, Sequence
from math import isqrt

from gateway.seed.dice import Dice
from gateway.seed.files.jpeg import jpeg
from gateway.seed.files.png import Colour, png
from gateway.seed.words import COLOURS

_SHADES = 64
_ACCENT = _SHADES


def slope(width: int, height: int, dice: Dice, *, title: str) -> bytes:
    """A PNG: shades from corner to corner, and a disc before them."""
    dark, light = dice.pick(COLOURS)
    colours = [*_shades(dark, light), dice.pick(COLOURS)[1]]
    bands = dice.between(1, 4)
    ramp = bytes(_SHADES * bands * place // (width + height) % _SHADES for place in range(width + height))
    radius = min(width, height) // dice.between(3, 6)
    middle = dice.between(radius, width - radius), dice.between(radius, height - radius)
    return png(width, height, _rows(ramp, width, height, middle, radius), colours, title=title)


def mosaic(columns: int, rows: int, dice: Dice, *, comment: str) -> bytes:
    """A JPEG: shades from corner to corner, in blocks."""
    shades = _shades(*dice.pick(COLOURS))
    stones = [[shades[_SHADES * (x + y) // (columns + rows)] for x in range(columns)] for y in range(rows)]
    return jpeg(stones, comment=comment)


def emblem(dice: Dice, *, comment: str) -> bytes:
    """A JPEG: five by five fields, the left like the right, as portraits of those who have none."""
    dark, light = dice.pick(COLOURS)
    halves = [[dice.pick((dark, light)) for _ in range(3)] for _ in range(5)]
    fields = [[*half, *half[1::-1]] for half in halves]
    return jpeg([[colour for colour in row for _ in range(3)] for row in fields for _ in range(3)], comment=comment)


def _shades(dark: Colour, light: Colour) -> Sequence[Colour]:
    return [_between(dark, light, step) for step in range(_SHADES)]


def _between(dark: Colour, light: Colour, step: int) -> Colour:
    red, green, blue = (low + (high - low) * step // (_SHADES - 1) for low, high in zip(dark, light, strict=True))
    return red, green, blue


def _rows(ramp: bytes, width: int, height: int, middle: tuple[int, int], radius: int) -> Iterator[bytes]:
    left, top = middle
    for y in range(height):
        half = isqrt(max(radius**2 - (y - top) ** 2, 0))
        row = ramp[y : y + width]
        yield row[: left - half] + bytes([_ACCENT]) * (2 * half) + row[left + half :]
