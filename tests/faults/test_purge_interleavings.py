"""Whatever order a purge and its neighbours come in: what is restored stays, and everybody is charged for exactly what is theirs.

See `test_sweep_interleavings.py`: the statements are the product's own, and what looks right and is not is caught.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import pytest

from buckets.catalog.garbage import PostgresGarbage
from buckets.catalog.pool import Pool
from buckets.model.commit import PutItem
from tests.faults.trial import Findings, Interleaved, Trial, Variant, committing, sweeping, without
from tests.fixtures.interleaving import COMMIT, Role, orders

LOCKING_PURGE = ("lock_owners", "lock_names", "still_lost_versions", "retire_versions", "settle_usage", COMMIT)
RESTORE = ("lock_usage", "lock_heads", "find_trashed_versions", "retire_versions", "settle_usage", COMMIT)
PURGE = ("lock_owners", "retire_versions", COMMIT)
COPY = ("lock_blobs", "put_versions", COMMIT)
OVERWRITE = ("lock_usage", "lock_heads", "put_versions", COMMIT)
SWEEP = ("lock_candidates", "condemn_unreferenced", "drop_candidates", COMMIT)

NO_OWNERS: Variant = {"lock_owners": "SELECT FROM unnest($1::text[], $2::uuid[]) AS owner (account, owner)"}
NO_NAMES: Variant = {"lock_names": "SELECT FROM unnest($1::uuid[], $2::text[]) AS name (bucket, key)"}
NO_SECOND_LOOK: Variant = {
    "still_lost_versions": """
        SELECT seen.bucket, seen.id, '' AS key, u.account, u.owner, 4::bigint AS size, true AS is_trashed
        FROM unnest($1::uuid[], $2::uuid[]) AS seen (bucket, id) CROSS JOIN usage u"""
}


@dataclass(frozen=True, kw_only=True)
class Unsafe:
    """A purge, or a restore, that says something differently, and what comes of it."""

    harm: str
    purge: Variant = field(default_factory=dict)
    other: Variant = field(default_factory=dict)
    gives_up: str = ""


UNSAFE_PURGE_OR_RESTORE: Mapping[str, Unsafe] = {
    "a purge without locks": Unsafe(harm="deadlock", purge={**NO_OWNERS, **NO_NAMES}),
    "a purge that locks names and no owners": Unsafe(harm="deadlock", purge=NO_OWNERS),
    "a purge that does not look again under its locks": Unsafe(harm="purge failed", purge=NO_SECOND_LOOK),
}
UNSAFE_PURGE_OR_SWEEP: Mapping[str, Unsafe] = {
    "a purge that leaves a candidate as it is": Unsafe(
        harm="forgotten", purge={"retire_versions": without("retire_versions", "DO UPDATE SET queued_at = now()", "DO NOTHING")}
    ),
}


class Purged(Interleaved):
    """Tests with trash whose time has come."""

    async def play(self, trial: Trial, order: str, roles: Mapping[str, Role]) -> Findings:
        results, findings = await trial.play(order, roles)
        if findings:
            return findings
        if not isinstance(results["p"], int) and not roles["p"].gives_up:
            return ["purge failed"]
        return await charged_wrongly(trial)


@pytest.mark.every_postgres
class TestPurgeAndRestore(Purged):
    """Somebody wants back what is about to be forgotten."""

    @pytest.mark.parametrize(
        ("gives_up", "outcomes"),
        [
            ("", {"Committed", "NoSuchVersion", "0", "1"}),
            ("p", {"Committed", "CatalogBusy"}),
            ("r", {"CatalogBusy", "1"}),
        ],
        ids=["both commit", "purge gives up", "restore gives up"],
    )
    async def test_what_is_restored_is_not_purged(self, trial: Trial, gives_up: str, outcomes: set[str]) -> None:
        assert await self.harm(trial, Unsafe(harm="", gives_up=gives_up)) == {}
        assert trial.outcomes == outcomes

    @pytest.mark.parametrize("variant", UNSAFE_PURGE_OR_RESTORE)
    async def test_unsafe_variant_is_caught(self, trial: Trial, variant: str) -> None:
        unsafe = UNSAFE_PURGE_OR_RESTORE[variant]
        [found] = (await self.harm(trial, unsafe)).values()
        assert unsafe.harm in found

    async def harm(self, trial: Trial, unsafe: Unsafe) -> Mapping[str, Findings]:
        """The first order in which something goes wrong, and what."""
        for order in some(orders(("p", len(LOCKING_PURGE)), ("r", len(RESTORE)))):
            restoration = await trashed(trial, order)
            roles = {
                "p": Role(work=purging, stops=LOCKING_PURGE, variant=unsafe.purge, gives_up=unsafe.gives_up == "p"),
                "r": Role(work=committing(restoration), stops=RESTORE, variant=unsafe.other, gives_up=unsafe.gives_up == "r"),
            }
            if found := await self.play(trial, order, roles):
                return {order: found}
            await trial.garbage.purge(limit=10)
        return {}


@pytest.mark.every_postgres
class TestPurgeAndCopy(Purged):
    """Somebody refers to the blob of what is about to be forgotten, or writes under its name."""

    @pytest.mark.parametrize("gives_up", ["", "p", "c"], ids=["both commit", "purge gives up", "copy gives up"])
    async def test_no_order_loses_or_forgets_a_blob(self, trial: Trial, gives_up: str) -> None:
        for order in orders(("p", len(PURGE)), ("c", len(COPY))):
            restoration = await trashed(trial, order)
            copy = committing(trial.at.copy(restoration, key=f"copy {order}"))
            roles = {
                "p": Role(work=purging, stops=PURGE, gives_up=gives_up == "p"),
                "c": Role(work=copy, stops=COPY, gives_up=gives_up == "c"),
            }
            assert await self.play(trial, order, roles) == [], order
            await trial.garbage.purge(limit=10)
        assert "SourceMoved" not in trial.outcomes

    async def test_no_order_mistakes_a_name_for_what_lies_in_its_trash(self, trial: Trial) -> None:
        for order in orders(("p", len(PURGE)), ("w", len(OVERWRITE))):
            await trashed(trial, order)
            put = trial.at.item(f"k {order}")
            roles = {"p": Role(work=purging, stops=PURGE), "w": Role(work=committing(put), stops=OVERWRITE)}
            assert await self.play(trial, order, roles) == [], order
            assert await trial.at.current(f"k {order}") == put.version
        assert trial.outcomes == {"1", "Committed"}


@pytest.mark.every_postgres
class TestPurgeAndSweep(Purged):
    """The last reference goes while the sweep looks at the blob because of the one before."""

    @pytest.mark.parametrize("gives_up", ["", "p", "s"], ids=["both commit", "purge gives up", "sweep gives up"])
    async def test_no_order_loses_or_forgets_a_blob(self, trial: Trial, gives_up: str) -> None:
        assert await self.harm(trial, Unsafe(harm="", gives_up=gives_up)) == {}

    @pytest.mark.parametrize("variant", UNSAFE_PURGE_OR_SWEEP)
    async def test_unsafe_variant_is_caught(self, trial: Trial, variant: str) -> None:
        unsafe = UNSAFE_PURGE_OR_SWEEP[variant]
        [found] = (await self.harm(trial, unsafe)).values()
        assert unsafe.harm in found

    async def harm(self, trial: Trial, unsafe: Unsafe) -> Mapping[str, Findings]:
        """The first order in which something goes wrong, and what."""
        for order in orders(("p", len(PURGE)), ("s", len(SWEEP))):
            copy = await trial.copy(order)  # its source has gone already, so the blob is a candidate
            await trial.at.put(copy)
            await trial.at.delete(trial.at.removal(copy.key))
            await expired(trial)
            roles = {
                "p": Role(work=purging, stops=PURGE, variant=unsafe.purge, gives_up=unsafe.gives_up == "p"),
                "s": Role(work=sweeping, stops=SWEEP, gives_up=unsafe.gives_up == "s"),
            }
            if found := await self.play(trial, order, roles):
                return {order: found}
            await trial.garbage.purge(limit=10)
        return {}


async def purging(pool: Pool) -> int:
    return await PostgresGarbage(pool).purge(limit=10)


async def trashed(trial: Trial, order: str) -> PutItem:
    """What brings back the only thing in the trash, whose time has come."""
    head = await trial.at.put(trial.at.item(f"k {order}"))
    await trial.at.delete(trial.at.removal(head.key))
    await expired(trial)
    return await trial.at.restoration(head)


async def expired(trial: Trial) -> None:
    await trial.past.execute("UPDATE version SET trashed_at = trashed_at - interval '8 days' WHERE trashed_at IS NOT NULL")


async def charged_wrongly(trial: Trial) -> Findings:
    """Whether usage is anything else than what the versions come to."""
    told = await trial.past.fetchrow("SELECT sum(stored_bytes), sum(stored_objects), sum(trashed_bytes) FROM usage")
    true = await trial.past.fetchrow(
        """SELECT coalesce(sum(size) FILTER (WHERE trashed_at IS NULL), 0), count(*) FILTER (WHERE trashed_at IS NULL),
            coalesce(sum(size) FILTER (WHERE trashed_at IS NOT NULL), 0) FROM version"""
    )
    assert told is not None
    assert true is not None
    return [] if tuple(told) == tuple(true) else ["charged wrongly"]


def some(all_orders: Sequence[str]) -> Sequence[str]:
    """Every seventh of nearly a thousand: most come to the same, for one waits for the other."""
    return all_orders[::7]
