"""How things look on a terminal: one line, with nothing in it that the terminal would obey."""

from datetime import datetime

_UNITS = ("B", "KiB", "MiB", "GiB", "TiB")


def printable(text: str) -> str:
    """Control characters, those that turn a line around and halves of characters as escapes."""
    return text if text.isprintable() else "".join(map(_visible, text))


def name(text: str) -> str:
    """The name of an object or a file, so that no two look alike because of their escapes."""
    return printable(text.replace("\\", "\\\\"))


def size(count: int) -> str:
    """Bytes in the unit that fits."""
    amount = float(count)
    for unit in _UNITS:
        if amount < 1024 or unit == _UNITS[-1]:
            break
        amount /= 1024
    return f"{count} B" if unit == "B" else f"{amount:.1f} {unit}"


def time(instant: datetime) -> str:
    """By the clock on the wall."""
    return f"{instant.astimezone():%Y-%m-%d %H:%M:%S}"


def _visible(character: str) -> str:
    return character if character.isprintable() else character.encode("unicode_escape").decode("ascii")
