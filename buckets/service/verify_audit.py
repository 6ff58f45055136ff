"""Verifying the audit: every seal is made again from what is there, and held against the one on record."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from buckets.model.audit import Mark
from buckets.model.seal import Imprint, Row, Seal
from buckets.ports import Seals


class Flaw(StrEnum):
    """Why a seal does not hold."""

    GAP = "gap"
    """Seals before it are not there."""
    MISSING = "missing"
    """It covers more rows than there are."""
    ADDED = "added"
    """It covers fewer rows than there are."""
    ALTERED = "altered"
    """As many as there are, but not the same; or it is the seal that was altered."""
    UNKNOWN = "unknown"
    """A seal that was known from elsewhere has another hash, or is not there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Broken:
    """A seal that does not hold, and the rows that it covers: how many, how many there are, and from where to where."""

    number: int
    flaw: Flaw
    sealed: int
    found: int
    after: Mark | None
    until: Mark | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Verified:
    """What became of a look at the whole chain. Of `removed` seals retention has taken the rows: they are links, no more."""

    seals: int = 0
    rows: int = 0
    removed: int = 0
    broken: Sequence[Broken] = ()
    last: Seal | None = None

    @property
    def holds(self) -> bool:
        return not self.broken


@dataclass(frozen=True, slots=True)
class Known:
    """A seal as somebody wrote it down elsewhere."""

    number: int
    hash: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifyAudit:
    """Looks at all seals in their order, at a page of rows at a time."""

    seals: Seals
    page: int = 1000
    most: int = 100
    """So many flaws are told."""

    async def __call__(self, known: Known | None = None) -> Verified:
        verified, missed = Verified(), known
        async for seal in self._chain():
            verified = await self._with(verified, seal)
            if missed and seal.number == missed.number and seal.hash == missed.hash:
                missed = None
        return self._told(verified, [_unknown(missed)]) if missed else verified

    async def _with(self, verified: Verified, seal: Seal) -> Verified:
        previous, expected = verified.last, (verified.last.number if verified.last else 0) + 1
        gaps = [] if seal.number == expected else [_broken(seal, previous, Flaw.GAP, 0)]
        imprint = await self._imprint(seal, previous)
        verified = replace(verified, seals=verified.seals + 1, rows=verified.rows + imprint.seen, last=seal)
        if _holds(seal, imprint):
            return self._told(verified, gaps)
        if imprint.seen < seal.entries and await self._is_removed(seal):
            return await self._with_removed(self._told(verified, gaps), seal, previous)
        return self._told(verified, [*gaps, _broken(seal, previous, _flaw(seal, imprint), imprint.seen)])

    async def _with_removed(self, verified: Verified, seal: Seal, previous: Seal | None) -> Verified:
        """Looked for again: the rows may have gone while they were read. What is there still was put there."""
        found = (await self._imprint(seal, previous)).seen
        if found == 0:
            return replace(verified, removed=verified.removed + 1)
        return self._told(verified, [_broken(seal, previous, Flaw.ADDED, found)])

    def _told(self, verified: Verified, flaws: Sequence[Broken]) -> Verified:
        return replace(verified, broken=[*verified.broken, *flaws][: self.most])

    async def _is_removed(self, seal: Seal) -> bool:
        return any(removal.covers(seal) for removal in await self.seals.removals())

    async def _imprint(self, seal: Seal, previous: Seal | None) -> Imprint:
        imprint = Imprint.like(seal, previous)
        async for rows in self._pages(previous.until if previous else None, seal.until):
            imprint.over(rows)
        return imprint

    async def _chain(self) -> AsyncIterator[Seal]:
        number = 0
        while page := await self.seals.page_seals(after=number, limit=self.page):
            for seal in page:
                yield seal
            number = page[-1].number

    async def _pages(self, after: Mark | None, until: Mark) -> AsyncIterator[Sequence[Row]]:
        while rows := await self.seals.page_rows(after=after, until=until, limit=self.page):
            yield rows
            after = rows[-1].mark


def _holds(seal: Seal, imprint: Imprint) -> bool:
    return (imprint.digest, imprint.seen, imprint.first) == (seal.hash, seal.entries, seal.first)


def _flaw(seal: Seal, imprint: Imprint) -> Flaw:
    if imprint.seen == seal.entries:
        return Flaw.ALTERED
    return Flaw.MISSING if imprint.seen < seal.entries else Flaw.ADDED


def _broken(seal: Seal, previous: Seal | None, flaw: Flaw, found: int) -> Broken:
    after = previous.until if previous else None
    return Broken(number=seal.number, flaw=flaw, sealed=seal.entries, found=found, after=after, until=seal.until)


def _unknown(known: Known) -> Broken:
    return Broken(number=known.number, flaw=Flaw.UNKNOWN, sealed=0, found=0, after=None, until=None)
