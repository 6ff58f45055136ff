"""Cursors: where the next page of a list begins, in a word that only we can write and that fits one list only."""

import base64
import hmac
import json
from collections.abc import Mapping
from typing import Any

from buckets.errors import InvalidScalar
from buckets.scalars import base64_bytes, json_object

_TAG = 16
_LONGEST = 4096


class Cursors:
    """Writes and reads cursors. What list one belongs to is said by its terms: it is refused in any other."""

    def __init__(self, key: bytes) -> None:
        self._key = hmac.digest(key, b"seawall cursors", "sha256")

    def write(self, place: Mapping[str, Any], *, terms: tuple[str, ...]) -> str:
        payload = json.dumps(place, separators=(",", ":"), ensure_ascii=False).encode()
        return base64.urlsafe_b64encode(self._tag(payload, terms) + payload).rstrip(b"=").decode("ascii")

    def read(self, cursor: str, *, name: str, terms: tuple[str, ...]) -> Mapping[str, Any]:
        """InvalidScalar for what we did not write, or not for this list."""
        raw = self._bytes(cursor, name)
        tag, payload = raw[:_TAG], raw[_TAG:]
        if not hmac.compare_digest(tag, self._tag(payload, terms)):
            raise InvalidScalar(name, "it is not of this list")
        return json_object(payload, name=name)

    def _bytes(self, cursor: str, name: str) -> bytes:
        if len(cursor) > _LONGEST or not cursor.isascii():
            raise InvalidScalar(name, "it is not of this list")
        standard = cursor.replace("-", "+").replace("_", "/")
        return base64_bytes(standard + "=" * (-len(standard) % 4), name=name)

    def _tag(self, payload: bytes, terms: tuple[str, ...]) -> bytes:
        said = b"".join([len(term.encode()).to_bytes(4, "big") + term.encode() for term in terms])
        return hmac.digest(self._key, said + payload, "sha256")[:_TAG]
