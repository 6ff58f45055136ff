"""What a COMMIT refused, or had nothing to do for, is proven too: who loses its answer does not have it recorded again."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from typing import TypeAlias

import pytest

from buckets.catalog.outbox import PostgresOutbox
from buckets.errors import PreconditionFailed, StorageError
from buckets.model.commit import CommitItem, Condition, Deleted, Refused
from buckets.names import BlobId
from tests.faults.committing import IDS, Stage, staged
from tests.faults.proxy import Chosen, Fault, is_commit, speaks_of
from tests.fixtures.databases import Database
from tests.fixtures.pools import opened

Loss: TypeAlias = tuple[Fault, Chosen]
VOIDED = speaks_of("'void'")
LOST: list[list[Loss]] = [
    [(Fault.LOSE_ANSWER, is_commit)],
    [(Fault.LOSE_ANSWER, is_commit), (Fault.CUT, VOIDED)],
    [(Fault.LOSE_ANSWER, is_commit), (Fault.LOSE_ANSWER, VOIDED)],
    [(Fault.CUT, is_commit)],
    [(Fault.CUT, is_commit), (Fault.CUT, VOIDED)],
    [(Fault.CUT, is_commit), (Fault.LOSE_ANSWER, VOIDED)],
    [(Fault.CUT, is_commit), (Fault.LOSE_ANSWER, is_commit)],
]


@pytest.fixture
async def at(database: Database) -> AsyncIterator[Stage]:
    async with staged(database) as stage:
        await stage.put("there", b"there")
        yield stage


def told(faults: Sequence[Loss]) -> str:
    return ", ".join(f"{fault.name} {'COMMIT' if when is is_commit else 'void'}" for fault, when in faults)


@pytest.mark.parametrize("faults", LOST, ids=told)
class TestLostAnswers:
    async def test_a_delete_of_nothing_is_recorded_once(self, at: Stage, faults: Sequence[Loss]) -> None:
        lose(at, faults)
        assert await at.committer.commit(at.removal("nothing")) == Deleted()
        assert await at.audited("nothing") == [("done", None)]
        await at.assert_sound()

    async def test_a_refusal_is_recorded_once(self, at: Stage, faults: Sequence[Loss]) -> None:
        lose(at, faults)
        item = await at.item("there", condition=Condition(absent=True))
        assert await reason(at, item) == (PreconditionFailed, {"condition": "If-None-Match"})
        assert await at.audited("there") == [("done", None), ("refused", "PreconditionFailed")]
        await at.assert_sound()

    async def test_all_of_a_group_are_recorded_once(self, at: Stage, faults: Sequence[Loss]) -> None:
        late = await at.item("late")
        late = replace(late, blobs=[replace(late.blobs[0], id=BlobId(IDS.uuid7()))])
        lose(at, faults)
        group = at.removal("nothing"), late, at.removal("there")
        outcomes = await asyncio.gather(*(at.committer.commit(item) for item in group))
        assert [type(outcome) for outcome in outcomes] == [Deleted, Refused, Deleted]
        assert await at.audited("nothing") == [("done", None)]
        assert await at.audited("late") == [("refused", "LeaseExpired")]
        assert await at.audited("there") == [("done", None)] * 2
        await at.assert_sound()


async def test_proofs_of_what_was_not_done_are_never_announced_and_forgotten_in_time(at: Stage, database: Database) -> None:
    await at.committer.commit(at.removal("nothing"))
    await reason(at, await at.item("there", condition=Condition(absent=True)))
    await at.catalog.resolve(at.removal("void"))
    kinds = "SELECT kind FROM outbox ORDER BY kind"
    async with opened(database.service_dsn) as pool:
        outbox = PostgresOutbox(pool)
        assert await outbox.announce(limit=10) == 1
        assert [row["kind"] for row in await at.ask(kinds)] == ["nothing", "object.created", "refused", "void"]
        await at.change("UPDATE outbox SET created_at = created_at - interval '13 hours'")
        assert await outbox.announce(limit=10) == 0
    assert [row["kind"] for row in await at.ask(kinds)] == ["object.created"]


def lose(at: Stage, faults: Sequence[Loss]) -> None:
    for fault, when in faults:
        at.proxy.arm(fault, when)


async def reason(at: Stage, item: CommitItem) -> tuple[type[StorageError], dict[str, object]]:
    outcome = await at.committer.commit(item)
    assert isinstance(outcome, Refused)
    return type(outcome.reason), vars(outcome.reason)
