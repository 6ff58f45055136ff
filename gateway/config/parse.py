"""A text becomes the value of an option, or a refusal that never quotes the text."""

import re
from collections.abc import Callable, Mapping
from enum import StrEnum
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeVar

from buckets.errors import InvalidScalar
from buckets.scalars import whole_number
from buckets.settings import Secret, Unit
from gateway.config.config import Option

N = TypeVar("N", int, float)
_DECIMAL = re.compile(r"[0-9]{1,9}(?:\.[0-9]{1,9})?")
_SIZE = re.compile(r"([0-9]+)(?: ?(KiB|MiB|GiB|TiB))?")
_FACTORS = MappingProxyType({None: 1, "KiB": 1 << 10, "MiB": 1 << 20, "GiB": 1 << 30, "TiB": 1 << 40})


def parse(option: Option, text: str) -> Any:  # noqa: ANN401  # of the option's own kind
    """The value of an option; raises InvalidScalar."""
    if issubclass(option.kind, StrEnum):
        return _choice(option, text)
    return _PARSERS[option.kind](option, text)


def _text(option: Option, text: str) -> str:
    if not text.isprintable():
        raise InvalidScalar(option.dotted, "it holds a character that does not print")
    return text


def _secret(option: Option, text: str) -> Secret:
    least, most = option.setting.least, option.setting.most
    if text and not least <= len(text) <= most:
        raise InvalidScalar(
            option.dotted, f"it takes {least} characters" if least == most else f"it takes {least} to {most} characters"
        )
    return Secret(_text(option, text))


def _path(option: Option, text: str) -> Path:
    if not text:
        raise InvalidScalar(option.dotted, "a path was expected")
    return Path(_text(option, text))


def _boolean(option: Option, text: str) -> bool:
    if text not in ("true", "false"):
        raise InvalidScalar(option.dotted, "true or false was expected")
    return text == "true"


def _whole(option: Option, text: str) -> int:
    if option.setting.unit is not Unit.BYTES:
        return whole_number(text, name=option.dotted, least=int(option.setting.least), most=int(option.setting.most))
    match = _SIZE.fullmatch(text)
    if match is None:
        raise InvalidScalar(option.dotted, "a size like 65536, 64 KiB or 5GiB was expected")
    factor = _FACTORS[match[2]]
    return _bounded(option, factor * whole_number(match[1], name=option.dotted, most=int(option.setting.most)))


def _decimal(option: Option, text: str) -> float:
    if not _DECIMAL.fullmatch(text):
        raise InvalidScalar(option.dotted, f"a number of {option.setting.unit or 'any size'} was expected")
    return _bounded(option, float(text))


def _choice(option: Option, text: str) -> StrEnum:
    try:
        return option.kind(text)  # type: ignore[no-any-return]  # an enum, as the caller saw
    except ValueError as error:
        raise InvalidScalar(option.dotted, f"it is one of {', '.join(option.kind)}") from error  # type: ignore[arg-type]


def _bounded(option: Option, number: N) -> N:
    if not option.setting.least <= number <= option.setting.most:
        raise InvalidScalar(option.dotted, f"it must lie between {option.setting.least} and {option.setting.most}")
    return number


_PARSERS: Mapping[type, Callable[[Option, str], Any]] = MappingProxyType(
    {str: _text, Secret: _secret, Path: _path, bool: _boolean, int: _whole, float: _decimal}
)
