"""Whatever order a sweep and its neighbours come in: nothing that is referred to is condemned, nothing that is not is forgotten.

The statements are the product's own, on real connections, stopped before each that matters. That the orders are the right ones
and the checks see something is shown by sweeps and copies that look right and are not: each is caught.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

import pytest

from tests.faults.trial import Findings, Interleaved, Trial, Variant, committing, name, sweeping, without
from tests.fixtures.interleaving import COMMIT, Role, orders

COPY = ("lock_blobs", "put_versions", COMMIT)
COPY_ONTO_ITSELF = ("lock_blobs", "retire_versions", COMMIT)
PURGE = ("retire_versions", COMMIT)
SWEEP = ("lock_candidates", "condemn_unreferenced", "drop_candidates", COMMIT)

LOOK_AT_BLOBS = without("lock_blobs", "FOR KEY SHARE")
LOOK_AT_CANDIDATES = "SELECT blob FROM gc_candidate ORDER BY queued_at LIMIT $1"
LOCK_CANDIDATES_ALONE = f"{LOOK_AT_CANDIDATES} FOR UPDATE SKIP LOCKED"
LOCK_AND_CONDEMN = """
    WITH locked AS MATERIALIZED (SELECT id FROM blob WHERE id = ANY ($1::uuid[]) ORDER BY id FOR UPDATE)
    UPDATE blob b SET state = 'condemned', condemned_at = now(), erase_at = now() + $2::interval
    FROM locked
    WHERE b.id = locked.id AND b.state = 'live'
        AND NOT EXISTS (SELECT FROM version v WHERE v.first_blob = b.id)
        AND NOT EXISTS (SELECT FROM extent e WHERE e.blob = b.id)
"""
NO_FOREIGN_KEYS = """
    ALTER TABLE version DROP CONSTRAINT version_first_blob_exists;
    ALTER TABLE extent DROP CONSTRAINT extent_blob_exists;
"""


@dataclass(frozen=True, kw_only=True)
class Unsafe:
    """What is said differently, what comes of it, and when."""

    harm: str
    other: Variant = field(default_factory=dict)
    sweep: Variant = field(default_factory=dict)
    schema: str = ""
    onto_itself: bool = False
    gives_up: str = ""


UNSAFE_COPY_OR_SWEEP: Mapping[str, Unsafe] = {
    "no lock in copy": Unsafe(
        harm="lost", schema=NO_FOREIGN_KEYS, other={"lock_blobs": LOOK_AT_BLOBS}, sweep={"lock_candidates": LOOK_AT_CANDIDATES}
    ),
    "a foreign key for a lock": Unsafe(
        harm="lost", other={"lock_blobs": LOOK_AT_BLOBS}, sweep={"lock_candidates": LOOK_AT_CANDIDATES}
    ),
    "a copy for share and a sweep in one statement": Unsafe(
        harm="lost",
        other={"lock_blobs": without("lock_blobs", "FOR KEY SHARE", "FOR SHARE")},
        sweep={"lock_candidates": LOOK_AT_CANDIDATES},
    ),
    "a sweep for update and no lock in copy": Unsafe(harm="lost", other={"lock_blobs": LOOK_AT_BLOBS}),
    "a copy that does not look at the state": Unsafe(
        harm="lost", other={"lock_blobs": without("lock_blobs", "AND state = 'live'")}
    ),
    "a sweep that locks and looks in one statement": Unsafe(
        harm="lost", sweep={"lock_candidates": LOOK_AT_CANDIDATES, "condemn_unreferenced": LOCK_AND_CONDEMN}
    ),
    "a sweep that drops candidates whose blobs it could not lock": Unsafe(
        harm="forgotten",
        sweep={
            "lock_candidates": LOCK_CANDIDATES_ALONE,
            "condemn_unreferenced": LOCK_AND_CONDEMN.replace("FOR UPDATE", "FOR UPDATE SKIP LOCKED"),
        },
        gives_up="c",
    ),
    "a sweep that waits with locks in hand": Unsafe(
        harm="deadlock",
        sweep={"lock_candidates": LOCK_CANDIDATES_ALONE, "condemn_unreferenced": LOCK_AND_CONDEMN},
        onto_itself=True,
    ),
}
UNSAFE_PURGE_OR_SWEEP: Mapping[str, Unsafe] = {
    "a purge that leaves a candidate as it is": Unsafe(
        harm="forgotten", other={"retire_versions": without("retire_versions", "DO UPDATE SET queued_at = now()", "DO NOTHING")}
    ),
    "a sweep that locks blobs only": Unsafe(
        harm="forgotten", sweep={"lock_candidates": without("lock_candidates", "FOR UPDATE", "FOR UPDATE OF b")}
    ),
}


@pytest.mark.every_postgres
class TestCopyAndSweep(Interleaved):
    """A copy refers to a blob whose last reference went while the copy was on its way."""

    @pytest.mark.parametrize(
        ("order", "copied", "settled"),
        [
            ("ccss", "Committed", "1"),
            ("cscs", "Committed", "0"),
            ("cssc", "Committed", "0"),
            ("sccs", "SourceMoved", "1"),
            ("scsc", "SourceMoved", "1"),
            ("sscc", "SourceMoved", "1"),
        ],
    )
    async def test_the_first_to_lock_wins(self, trial: Trial, order: str, copied: str, settled: str) -> None:
        roles = {
            "c": Role(work=committing(await trial.copy(order)), stops=("lock_blobs", COMMIT)),
            "s": Role(work=sweeping, stops=("lock_candidates", COMMIT)),
        }
        results, findings = await trial.play(order, roles)
        assert (name(results["c"]), name(results["s"]), findings) == (copied, settled, [])

    @pytest.mark.parametrize("onto_itself", [False, True], ids=["elsewhere", "onto itself"])
    @pytest.mark.parametrize(
        ("gives_up", "outcomes"),
        [("", {"Committed", "0", "1"}), ("c", {"CatalogBusy", "0", "1"}), ("s", {"Committed", "CatalogBusy"})],
        ids=["both commit", "copy gives up", "sweep gives up"],
    )
    async def test_no_order_loses_or_forgets_a_blob(
        self, trial: Trial, gives_up: str, outcomes: set[str], onto_itself: bool
    ) -> None:
        assert await self.harm(trial, Unsafe(harm="", gives_up=gives_up, onto_itself=onto_itself)) == {}
        late = set() if gives_up or onto_itself else {"SourceMoved"}
        assert trial.outcomes == outcomes | late

    @pytest.mark.parametrize("variant", UNSAFE_COPY_OR_SWEEP)
    async def test_unsafe_variant_is_caught(self, trial: Trial, variant: str) -> None:
        unsafe = UNSAFE_COPY_OR_SWEEP[variant]
        if unsafe.schema:
            await trial.past.execute(unsafe.schema)
        [found] = (await self.harm(trial, unsafe)).values()
        assert unsafe.harm in found

    async def harm(self, trial: Trial, unsafe: Unsafe) -> Mapping[str, Findings]:
        """The first order in which something goes wrong, and what."""
        steps = COPY_ONTO_ITSELF if unsafe.onto_itself else COPY
        for order in orders(("c", len(steps)), ("s", len(SWEEP))):
            copy = committing(await trial.copy(order, onto_itself=unsafe.onto_itself))
            roles = {
                "c": Role(work=copy, stops=steps, variant=unsafe.other, gives_up=unsafe.gives_up == "c"),
                "s": Role(work=sweeping, stops=SWEEP, variant=unsafe.sweep, gives_up=unsafe.gives_up == "s"),
            }
            _, findings = await trial.play(order, roles)
            if findings:
                return {order: findings}
        return {}


@pytest.mark.every_postgres
class TestPurgeAndSweep(Interleaved):
    """The last reference goes while the sweep looks at the blob because of the one before."""

    @pytest.mark.parametrize(
        ("gives_up", "outcomes"),
        [("", {"Deleted", "0", "1"}), ("p", {"CatalogBusy", "0", "1"}), ("s", {"Deleted", "CatalogBusy"})],
        ids=["both commit", "purge gives up", "sweep gives up"],
    )
    async def test_no_order_loses_or_forgets_a_blob(self, trial: Trial, gives_up: str, outcomes: set[str]) -> None:
        assert await self.harm(trial, Unsafe(harm="", gives_up=gives_up)) == {}
        assert trial.outcomes == outcomes

    @pytest.mark.parametrize("variant", UNSAFE_PURGE_OR_SWEEP)
    async def test_unsafe_variant_is_caught(self, trial: Trial, variant: str) -> None:
        unsafe = UNSAFE_PURGE_OR_SWEEP[variant]
        [found] = (await self.harm(trial, unsafe)).values()
        assert unsafe.harm in found

    async def harm(self, trial: Trial, unsafe: Unsafe) -> Mapping[str, Findings]:
        """The first order in which something goes wrong, and what."""
        for order in orders(("p", len(PURGE)), ("s", len(SWEEP))):
            await trial.at.put(await trial.copy(order))
            purge = committing(trial.at.removal(f"copy {order}", forever=True))
            roles = {
                "p": Role(work=purge, stops=PURGE, variant=unsafe.other, gives_up=unsafe.gives_up == "p"),
                "s": Role(work=sweeping, stops=SWEEP, variant=unsafe.sweep, gives_up=unsafe.gives_up == "s"),
            }
            _, findings = await trial.play(order, roles)
            if findings:
                return {order: findings}
        return {}


@pytest.mark.every_postgres
class TestTwoSweeps(Interleaved):
    """Two look at the same candidate."""

    async def test_no_order_settles_a_candidate_twice(self, trial: Trial) -> None:
        for order in orders(("s", len(SWEEP)), ("t", len(SWEEP))):
            await trial.copy(order)
            results, findings = await trial.play(order, {letter: Role(work=sweeping, stops=SWEEP) for letter in "st"})
            assert (sum(results.values()), findings) == (1, []), order
