"""The signed headers: which of them a signature covers, and which it must.

https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html
"""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Self

from buckets.errors import AuthorizationMalformed, UnsignedHeader

_TOKEN = re.compile(r"[a-z0-9!#$%&'*+.^_`|~-]+")
_HONOURED = ("x-amz-", "seawall-")
_HONOURED_WHOLE = frozenset({"dry-run", "host", "idempotency-key"})
_ADDED_BY_PROXIES = frozenset({"x-amz-cf-id"})  # after the client has signed; we never look at it


@dataclass(frozen=True, slots=True)
class SignedHeaders:
    """Lower-case header names, each once, in ascending order."""

    names: tuple[str, ...]

    @classmethod
    def parse(cls, text: str) -> Self:
        names = tuple(text.split(";"))
        if not all(map(_TOKEN.fullmatch, names)):
            raise AuthorizationMalformed("the signed headers must be lower-case names separated by semicolons")
        if list(names) != sorted(set(names)):
            raise AuthorizationMalformed("the signed headers must be sorted, each of them once")
        return cls(names)

    def __iter__(self) -> Iterator[str]:
        return iter(self.names)

    def __str__(self) -> str:
        return ";".join(self.names)

    def must_cover(self, present: Collection[str]) -> None:
        """Refuse when the host, or a header that changes what we do, is left to whoever holds the request."""
        for name in sorted({"host", *present}.difference(self.names)):
            if _honoured(name):
                raise UnsignedHeader(name)


def _honoured(name: str) -> bool:
    return (name.startswith(_HONOURED) and name not in _ADDED_BY_PROXIES) or name in _HONOURED_WHOLE
