"""Preferences: a small JSON object that a user keeps with us and that means nothing to us.

Changes are merged as https://www.rfc-editor.org/rfc/rfc7396 says.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from buckets.errors import InvalidScalar

LARGEST = 4096
_NAME = "The preferences"
_EXACT = 1 << 53
"""Beyond it numbers are read differently by different readers."""


def merged(present: Mapping[str, Any], change: Mapping[str, Any]) -> dict[str, Any]:
    """What is null goes, objects are merged, and everything else takes the place of what there was."""
    kept = {name: value for name, value in present.items() if name not in change}
    said = {name: _merged(present.get(name), value) for name, value in change.items() if value is not None}
    return {**kept, **said}


def checked(preferences: Mapping[str, Any]) -> Mapping[str, Any]:
    """As they are, unless they are too large or hold a number that does not come back as it went."""
    if len(json.dumps(preferences).encode()) > LARGEST:
        raise InvalidScalar(_NAME, f"they are larger than {LARGEST} bytes")
    if any(abs(number) > _EXACT for number in _numbers(preferences)):
        raise InvalidScalar(_NAME, "they hold a number that is too large")
    return preferences


def _merged(present: object, change: object) -> object:
    if not isinstance(change, Mapping):
        return change
    return merged(present if isinstance(present, Mapping) else {}, change)


def _numbers(value: object) -> Iterator[int | float]:
    if isinstance(value, int | float):
        yield value
    elif isinstance(value, Mapping):
        for each in value.values():
            yield from _numbers(each)
    elif isinstance(value, list):
        for each in value:
            yield from _numbers(each)
