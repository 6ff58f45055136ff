"""The keys that a caller may make, see and end: its own, and for owners and admins all of the account."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from buckets.errors import InvalidScalar, NoSuchResource, NotPermitted
from buckets.model.account import Status, User
from buckets.model.action import Action
from buckets.model.credential import Key, Replaced, Terms
from buckets.names import CredentialId, UserId
from buckets.ports import Accounts, Clock, Credentials
from buckets.service.delegation import Giver, must_be_within, must_lie_ahead, renewed
from gateway.auth.minting import Minted, Minting
from gateway.auth.permit import Permit


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyServices:
    """The use cases, unguarded."""

    accounts: Accounts
    credentials: Credentials
    mint: Minting
    clock: Clock


@dataclass(frozen=True, slots=True)
class GuardedKeys:
    """What one caller may do with keys, within one request."""

    permit: Permit
    services: KeyServices

    async def mint(self, terms: Terms, user: UserId | None = None) -> Minted:
        """A key for the caller itself, or for another user of its account."""
        self._must_hold_keys()
        if user not in (None, self.permit.caller.user):
            self.permit.must(Action.MANAGE_KEYS)
        must_lie_ahead(terms.expires_at, self.services.clock.now())
        owner = await self._owner(user or self.permit.caller.user)
        must_be_within(await self._giver(), terms, owner.role)
        return await self.services.mint(terms, owner, self.permit.origin("create_key"))

    async def rotate(self, number: CredentialId, overlap: timedelta, expires_at: datetime | None = None) -> Minted:
        """Another key in the place of one, which is good beside it for a while yet."""
        key = await self.find(number)
        now, giver = self.services.clock.now(), await self._giver()
        must_lie_ahead(expires_at, now)
        terms = Terms(name=key.name, kind=key.kind, grant=key.grant, expires_at=expires_at or renewed(key, giver, now))
        owner = await self._owner(key.owner)
        must_be_within(giver, terms, owner.role)
        return await self.services.mint(terms, owner, self.permit.origin("rotate_key"), Replaced(key, overlap))

    async def find(self, number: CredentialId) -> Key:
        """One that the caller may not see answers exactly like none."""
        self._must_hold_keys()
        caller = self.permit.caller
        key = await self.services.credentials.find_key(caller.account, number)
        if key is None or (key.owner != caller.user and not self._manages):
            raise NoSuchResource(f"keys/{number}")
        return key

    async def page(self, *, user: UserId | None = None, after: CredentialId | None = None, limit: int) -> Sequence[Key]:
        """Of one user, or all that the caller may see."""
        self._must_hold_keys()
        caller = self.permit.caller
        if user not in (None, caller.user):
            self.permit.must(Action.MANAGE_KEYS)
        owner = user or (None if self._manages else caller.user)
        return await self.services.credentials.page_keys(caller.account, owner=owner, after=after, limit=limit)

    async def revoke(self, number: CredentialId) -> None:
        key = await self.find(number)
        await self.services.credentials.revoke_key(key, origin=self.permit.origin("revoke_key"))

    def _must_hold_keys(self) -> None:
        """A limited key reaches keys where it says so, and nobody does in another's name: what is made here outlasts both."""
        caller = self.permit.caller
        if caller.actor is not None or not caller.grant.allows(Action.MANAGE_KEYS):
            raise NotPermitted(Action.MANAGE_KEYS)

    @property
    def _manages(self) -> bool:
        """Whether the keys of others are the caller's business."""
        try:
            self.permit.must(Action.MANAGE_KEYS)
        except NotPermitted:
            return False
        return True

    async def _owner(self, user: UserId) -> User:
        found = await self.services.accounts.find_user(self.permit.caller.account, user)
        if found is None or found.status is not Status.ACTIVE:
            raise InvalidScalar("The user", "there is no such active user")
        return found

    async def _giver(self) -> Giver:
        caller = self.permit.caller
        if caller.credential is None:
            return Giver(caller, None)
        own = await self.services.credentials.find_key(caller.account, caller.credential)
        return Giver(caller, own.expires_at if own else None)
