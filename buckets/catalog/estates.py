"""What somebody leaves is passed on, batch by batch.

A batch takes its locks as a COMMIT does, and waits its turn among them: it settles the usage of the same owners.
"""

from collections.abc import Sequence
from uuid import UUID

from buckets.catalog import audit, commit_rows, statements
from buckets.catalog.commit_rows import columns
from buckets.catalog.pool import Pool, Session
from buckets.catalog.rows import Row
from buckets.change import Charge
from buckets.errors import NoSuchUser
from buckets.model.audit import Deed
from buckets.model.commit import Owner
from buckets.model.estate import PassedOn, Spot
from buckets.names import BucketId, UserId, VersionId
from buckets.ports import Ids

_Q = statements.load("estates")
_C = statements.load("commit")
_P = statements.load("purge")
_BEFORE_ALL: Spot = BucketId(UUID(int=0)), VersionId(UUID(int=0))


class PostgresEstates:
    """The `Estates` port."""

    _pool: Pool
    _ids: Ids

    async def pass_on_buckets(self, giver: Owner, heir: UserId) -> int:
        async with self._pool.transaction() as session:
            passed = await session.rows(_Q["pass_on_buckets"], giver[1], heir)
            if passed:
                await _must_live(session, giver, heir)
            await self._record_passing(session, giver, heir, len(passed))
            return len(passed)

    async def pass_on_versions(self, giver: Owner, heir: UserId, *, after: Spot | None, limit: int) -> PassedOn:
        await self._pool.run(_C["open_usage"], *columns([(giver[0], heir)], 2), idempotent=True)
        async with self._pool.transaction() as session:
            bucket, version = after or _BEFORE_ALL
            seen = await session.rows(_Q["page_versions_of_bucket"], bucket, version, limit)
            passed = await _pass_on(session, [row for row in seen if row["owner"] == giver[1]], giver, heir)
            await self._record_passing(session, giver, heir, passed)
            within = (bucket, VersionId(seen[-1]["id"])) if len(seen) == limit else None
            return PassedOn(passed, within or await _next_bucket(session, giver, bucket))

    async def _record_passing(self, session: Session, giver: Owner, heir: UserId, passed: int) -> None:
        if passed:
            whose, to = f"user:{giver[1]}", f"{passed} to user:{heir}"
            deed = Deed(id=self._ids.uuid7(), account=giver[0], action="pass_on", subject=whose, reason=to)
            await audit.record(session, [(deed, None)])


async def _must_live(session: Session, giver: Owner, heir: UserId) -> None:
    if not await session.row(_Q["lock_heir"], giver[0], heir):
        raise NoSuchUser(str(heir))


async def _pass_on(session: Session, seen: Sequence[Row], giver: Owner, heir: UserId) -> int:
    if not seen:
        return 0
    taker = giver[0], heir
    await _must_live(session, giver, heir)
    await session.run(_P["lock_owners"], *columns({giver, taker}, 2))
    await session.run(_P["lock_names"], *columns({(row["bucket"], row["key"]) for row in seen}, 2))
    versions = columns(((row["bucket"], row["id"]) for row in seen), 2)
    passed = await session.rows(_Q["pass_on_versions"], *versions, giver[1], heir)
    await session.run(_Q["pass_on_heads"], *columns(((row["bucket"], row["key"], row["id"]) for row in passed), 3), heir)
    charges = [_charge(row, owner, sign) for row in passed for owner, sign in ((giver, -1), (taker, 1))]
    await session.run(_C["settle_usage"], *columns(commit_rows.charges(charges), 5))
    return len(passed)


async def _next_bucket(session: Session, giver: Owner, behind: BucketId) -> Spot | None:
    row = await session.row(_Q["find_next_bucket"], giver[0], behind)
    return (BucketId(row["id"]), _BEFORE_ALL[1]) if row else None


def _charge(version: Row, owner: Owner, sign: int) -> Charge:
    size = sign * version["size"]
    return Charge(owner, 0, 0, size) if version["is_trashed"] else Charge(owner, size, sign)
