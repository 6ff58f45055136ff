"""Entity tags as a client lists them.

https://www.rfc-editor.org/rfc/rfc9110#name-etag
"""

import re
from dataclasses import dataclass
from typing import Self

# Possessive: a hostile list costs no more than its length.
_LIST = re.compile(r'[ \t,]*+(?:(?:W/)?"[^"]*+"[ \t]*+(?:,[ \t,]*+|\Z))*+')
_TAG = re.compile(r'(W/)?"([^"]*)"')


@dataclass(frozen=True, slots=True, kw_only=True)
class EntityTags:
    """`*`, which is every tag, or some tags without their quotes."""

    every: bool = False
    strong: frozenset[str] = frozenset()
    weak: frozenset[str] = frozenset()

    @classmethod
    def parse(cls, header: str) -> Self:
        """What is not a list of quoted tags is one tag: clients of S3 leave the quotes out."""
        if header == "*":
            return cls(every=True)
        if not _LIST.fullmatch(header):
            return cls(strong=frozenset({header}))
        tags = _TAG.findall(header)
        return cls(strong=frozenset(tag for weak, tag in tags if not weak), weak=frozenset(tag for weak, tag in tags if weak))

    def hold(self, etag: str) -> bool:
        """By strong comparison: the same bytes."""
        return self.every or etag in self.strong

    def hold_weakly(self, etag: str) -> bool:
        """By weak comparison: as good as the same."""
        return self.hold(etag) or etag in self.weak
