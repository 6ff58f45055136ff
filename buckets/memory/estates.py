"""What somebody leaves, in dictionaries."""

from collections.abc import Iterator
from dataclasses import replace

from buckets.change import Charge
from buckets.errors import NoSuchUser
from buckets.memory.records import Version
from buckets.memory.tables import Tables
from buckets.model.account import Status
from buckets.model.audit import Deed
from buckets.model.commit import Owner
from buckets.model.estate import PassedOn, Spot
from buckets.names import UserId


class MemoryEstates(Tables):
    """The `Estates` port."""

    __slots__ = ()

    async def pass_on_buckets(self, giver: Owner, heir: UserId) -> int:
        theirs = [bucket for bucket in self.buckets.values() if bucket.owner == giver[1]]
        if theirs:
            self._must_live(giver, heir)
        self.buckets |= {bucket.name: replace(bucket, owner=heir) for bucket in theirs}
        self._record_passing(giver, heir, len(theirs))
        return len(theirs)

    async def pass_on_versions(self, giver: Owner, heir: UserId, *, after: Spot | None, limit: int) -> PassedOn:
        seen = sorted(mark for mark in self._marks(giver) if after is None or mark > after)[:limit]
        theirs = [version for _, id_ in seen if (version := self.versions[id_]).owner == giver]
        if theirs:
            self._must_live(giver, heir)
        for version in theirs:
            self._give(version, (giver[0], heir))
        self._record_passing(giver, heir, len(theirs))
        return PassedOn(len(theirs), seen[-1] if len(seen) == limit else None)

    def _marks(self, giver: Owner) -> Iterator[Spot]:
        return ((version.name[0], id_) for id_, version in self.versions.items() if version.owner[0] == giver[0])

    def _give(self, version: Version, taker: Owner) -> None:
        for owner, sign in ((version.owner, -1), (taker, 1)):
            size = sign * (version.head.content.size if version.head else 0)
            self.charge(Charge(owner, 0, 0, size) if version.trashed_at else Charge(owner, size, sign))
        version.owner = taker
        version.head = replace(version.head, owner=taker[1]) if version.head else None

    def _must_live(self, giver: Owner, heir: UserId) -> None:
        known = self.users.get(heir)
        if known is None or known.account != giver[0] or known.status is Status.DELETED:
            raise NoSuchUser(str(heir))

    def _record_passing(self, giver: Owner, heir: UserId, passed: int) -> None:
        if passed:
            whose, to = f"user:{giver[1]}", f"{passed} to user:{heir}"
            self.record(Deed(id=self.ids.uuid7(), account=giver[0], action="pass_on", subject=whose, reason=to), None)
