"""A database on which orders of steps are tried one after the other, and what must hold after each."""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any, TypeAlias

import pytest

from buckets.catalog import statements
from buckets.catalog.catalog import PostgresCatalog
from buckets.catalog.garbage import PostgresGarbage
from buckets.catalog.pool import Pool
from buckets.model.commit import CommitItem, PutItem, Refused
from gateway.system import SystemClock, SystemIds
from tests.factories import values
from tests.fixtures.databases import Connection, Database, connected
from tests.fixtures.evidence import PostgresEvidence
from tests.fixtures.interleaving import Deadlock, Role, Theatre, theatre
from tests.suites.catalog_stage import Stage, Staged

Findings: TypeAlias = Sequence[str]
Variant: TypeAlias = Mapping[str, str]

GRACE = timedelta(days=1)
RUN_OUT = timedelta(hours=-2)
"""A margin by which leases have run out for the sweep that a COMMIT still takes for valid."""

_SQL = {query.name: query.sql for query in statements.everything().values()}


def without(name: str, words: str, instead: str = "") -> str:
    """A statement of the product's that lacks something."""
    assert words in _SQL[name]
    return _SQL[name].replace(words, instead)


@dataclass
class Trial:
    """One database, and what came of all the orders that were tried on it."""

    at: Stage
    past: Connection
    garbage: PostgresGarbage
    theatre: Theatre
    outcomes: set[str] = field(default_factory=set)

    async def copy(self, order: str, *, onto_itself: bool = False) -> PutItem:
        """A copy to be committed, of an object that is gone: its blob is a candidate. The copy's name may refer to that already."""
        source = self.at.item(f"source {order}")
        await self.at.put(source)
        copy = self.at.copy(source, key=f"copy {order}")
        if onto_itself:
            await self.at.put(replace(copy, operation=values.IDS.uuid7()))
        await self.at.delete(self.at.removal(f"source {order}", forever=True))
        return copy

    async def play(self, order: str, roles: Mapping[str, Role]) -> tuple[Mapping[str, Any], Findings]:
        try:
            results = await self.theatre.play(order, roles)
        except Deadlock:
            return {}, ["deadlock"]
        self.outcomes |= {name(result) for result in results.values()}
        return results, [*await self._wrongs(), *await self._wrongs_after_the_next_sweep()]

    async def _wrongs(self) -> Findings:
        live, referenced = await self.at.evidence.live(), await self.at.evidence.referenced()
        known = live <= referenced | await self.at.evidence.candidates()
        return [*([] if referenced <= live else ["lost"]), *([] if known else ["forgotten"])]

    async def _wrongs_after_the_next_sweep(self) -> Findings:
        await self.garbage.condemn_unreferenced(grace=GRACE, limit=1000)
        settled = not await self.at.evidence.candidates()
        return [] if settled and await self.at.evidence.live() == await self.at.evidence.referenced() else ["not settled"]


class Interleaved(Staged):
    """Tests on a stage, with a theatre on its database."""

    @pytest.fixture
    def catalog(self, pool: Pool) -> PostgresCatalog:
        return PostgresCatalog(pool, ids=SystemIds(), clock=SystemClock())

    @pytest.fixture
    async def past(self, database: Database) -> AsyncIterator[Connection]:
        """A connection that goes past the ports."""
        async with connected(database.owner_dsn) as connection:
            yield connection

    @pytest.fixture
    def evidence(self, past: Connection) -> PostgresEvidence:
        return PostgresEvidence(past)

    @pytest.fixture
    async def trial(self, at: Stage, past: Connection, pool: Pool, database: Database) -> AsyncIterator[Trial]:
        await at.put(at.item("first"))  # from now on, a group takes one attempt: the usage of its writer is there to be locked
        async with theatre(database.service_dsn) as stage:
            yield Trial(at, past, PostgresGarbage(pool), stage)


def committing(item: CommitItem) -> Callable[[Pool], Any]:
    """COMMIT of one item; a refusal is what comes of it, not an error."""

    async def commit(pool: Pool) -> Any:
        [outcome] = await PostgresCatalog(pool, ids=SystemIds(), clock=SystemClock()).commit([item])
        return outcome.reason if isinstance(outcome, Refused) else outcome

    return commit


def resolving(item: CommitItem) -> Callable[[Pool], Any]:
    return lambda pool: PostgresCatalog(pool, ids=SystemIds(), clock=SystemClock()).resolve(item)


async def sweeping(pool: Pool) -> int:
    return await PostgresGarbage(pool).condemn_unreferenced(grace=GRACE, limit=10)


async def ending(pool: Pool) -> int:
    return await PostgresGarbage(pool).condemn_abandoned(margin=RUN_OUT, limit=1)


def name(result: object) -> str:
    """How many, or what it is."""
    return str(result) if isinstance(result, int) else type(result).__name__
