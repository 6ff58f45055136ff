"""What a fresh installation starts with: an account with its owner, and the shipped buckets. Founding twice changes nothing."""

from collections.abc import Iterable
from dataclasses import dataclass

from buckets.defaults import Definition
from buckets.errors import BucketExists, BucketOwned
from buckets.model.account import Role, User
from buckets.model.blob import Placement
from buckets.model.bucket import Bucket
from buckets.model.profile import Profile
from buckets.names import BucketId, BucketName
from buckets.ports import Accounts, Buckets, Clock, Ids
from buckets.service.people import MakeAccount


@dataclass(frozen=True, slots=True, kw_only=True)
class Founding:
    """Makes what must exist before the first request."""

    accounts: Accounts
    buckets: Buckets
    ids: Ids
    clock: Clock

    async def owner(self) -> User:
        """The owner of the first account, made when there is none."""
        found = await self.accounts.find_first_owner()
        if found:
            return found
        make = MakeAccount(accounts=self.accounts, ids=self.ids)
        _, owner = await make("first", Profile(name="admin", role=Role.OWNER), operates=True)
        return owner

    async def place(self, placement: Placement) -> None:
        await self.buckets.ensure_placement(placement)

    async def create_buckets(self, definitions: Iterable[Definition], owner: User) -> list[BucketName]:
        """The names of those that were not there."""
        return [each.name for each in definitions if await self._create_bucket(each, owner)]

    async def _create_bucket(self, definition: Definition, owner: User) -> bool:
        bucket = Bucket(
            id=BucketId(self.ids.uuid7()),
            name=definition.name,
            account=owner.account,
            owner=owner.id,
            placement=definition.placement,
            created_at=self.clock.now(),
        )
        try:
            await self.buckets.create_bucket(definition.rules.applied_to(bucket))
        except (BucketExists, BucketOwned):
            return False
        return True
