"""Many processes, few names, few owners: nobody waits in a circle, and everybody gets the outcome of what they asked for."""

import asyncio
import random
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack

import pytest

from buckets.catalog.catalog import PostgresCatalog
from buckets.errors import PreconditionFailed
from buckets.model.account import User
from buckets.model.commit import CommitItem, Committed, Condition, Deleted, PutItem, Refused
from tests.factories import values
from tests.faults.committing import CLOCK, IDS, Stage, committer_over, staged, until_one_is_blocked
from tests.fixtures.databases import Database, connected
from tests.fixtures.pools import opened

DAWDLE = """
    CREATE FUNCTION dawdle() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_advisory_xact_lock(7); RETURN NEW; END';
    CREATE TRIGGER dawdle BEFORE INSERT ON usage FOR EACH ROW EXECUTE FUNCTION dawdle();
"""


@pytest.fixture
async def at(database: Database) -> AsyncIterator[Stage]:
    async with staged(database) as stage:
        yield stage


@pytest.fixture
async def processes(database: Database) -> AsyncIterator[Sequence[PostgresCatalog]]:
    """What two of them would see of the catalog."""
    async with AsyncExitStack() as stack:
        pools = [await stack.enter_async_context(opened(database.service_dsn)) for _ in range(2)]
        yield [PostgresCatalog(pool, ids=IDS, clock=CLOCK) for pool in pools]


async def deadlocks(at: Stage) -> int:
    """Since the database was made, as far as its sessions have ended."""
    [row] = await at.ask("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")
    return int(row["deadlocks"])


async def storm(at: Stage, owners: Sequence[User], chance: random.Random, count: int) -> list[CommitItem]:
    async def write(number: int) -> CommitItem:
        key, owner = f"hot/{chance.randrange(16)}", chance.choice(owners)
        return at.removal(key, owner=owner) if chance.random() < 0.1 else await at.item(key, b"x" * (number + 1), owner=owner)

    return [await write(number) for number in range(count)]


async def test_writers_of_the_same_names_for_different_owners_get_what_they_asked_for(
    at: Stage, processes: Sequence[PostgresCatalog]
) -> None:
    """In rounds, for the first write of an owner takes other locks than the next ones."""
    chance = random.Random(16)
    for _ in range(8):
        committers = [committer_over(processes[number % 2], group=4) for number in range(4)]
        items = await storm(at, [values.user() for _ in range(4)], chance, 80)

        outcomes = await asyncio.gather(*(chance.choice(committers).commit(item) for item in items))

        for item, outcome in zip(items, outcomes, strict=True):
            assert isinstance(outcome, Committed if isinstance(item, PutItem) else Deleted)
            assert not isinstance(outcome, Committed) or outcome.head.version == item.version
    await at.assert_sound()
    for catalog in processes:
        await catalog.close()
    assert await deadlocks(at) == 0


async def test_of_those_who_would_create_a_name_one_wins_and_of_those_who_would_replace_it_one(
    at: Stage, processes: Sequence[PostgresCatalog]
) -> None:
    owners = [values.user() for _ in range(4)]
    committers = [committer_over(processes[number % 2], group=4) for number in range(4)]

    async def race(conditions: Mapping[str, Condition]) -> Mapping[str, Condition]:
        """Eight writers a name; who wins can be replaced under these conditions."""
        entries = [(key, number) for key in conditions for number in range(8)]
        items = [await at.item(k, IDS.secret(9), owner=owners[n % 4], condition=conditions[k]) for k, n in entries]
        outcomes = await asyncio.gather(*(committers[n // 2].commit(item) for item, (_, n) in zip(items, entries, strict=True)))
        heads = {outcome.head.key: outcome.head for outcome in outcomes if isinstance(outcome, Committed)}
        lost = [type(outcome.reason) for outcome in outcomes if isinstance(outcome, Refused)]
        assert (len(heads), lost) == (len(conditions), [PreconditionFailed] * 7 * len(conditions))
        for key, head in heads.items():
            assert await at.head(key) == head
        return {key: Condition(etag=head.content.digests.etag) for key, head in heads.items()}

    created = await race({f"{number}": Condition(absent=True) for number in range(8)})
    await race(created)
    await at.assert_sound()


async def test_whoever_writes_for_the_first_time_holds_up_nobody_meanwhile(at: Stage) -> None:
    """An owner's first row is opened while another's is locked. Who has the one and wants the other must get it."""
    known, fresh = sorted((values.user() for _ in range(2)), key=lambda user: user.id, reverse=True)
    await at.committer.commit(await at.item("known", owner=known))
    await at.change(DAWDLE)
    lock = "SELECT FROM usage WHERE owner = $1 FOR UPDATE"
    async with connected(at.dsn) as gate, connected(at.dsn) as other:
        await gate.execute("SELECT pg_advisory_lock(7)")
        group = [await at.item(name, owner=owner) for name, owner in (("a", known), ("b", fresh))]
        committing = asyncio.gather(*(at.committer.commit(item) for item in group))
        await until_one_is_blocked(at.dsn, by=gate.get_server_pid())
        await other.execute("SET session_replication_role = replica")
        await other.execute("INSERT INTO usage (account, owner) VALUES ($1, $2)", fresh.account, fresh.id)
        async with other.transaction():
            await other.fetch(lock, fresh.id)
            asking = asyncio.create_task(other.fetch(lock, known.id))
            await until_one_is_blocked(at.dsn, pid=other.get_server_pid())
            await gate.execute("SELECT pg_advisory_unlock(7)")
            await asking
        outcomes = await committing
    assert [type(outcome) for outcome in outcomes] == [Committed] * 2
    await at.assert_sound()
    await at.catalog.close()
    assert await deadlocks(at) == 0
