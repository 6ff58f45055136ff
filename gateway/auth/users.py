"""The users that a caller may do something with, itself among them."""

from collections.abc import Sequence
from dataclasses import dataclass

from buckets import people
from buckets.errors import NoSuchUser, NotPermitted
from buckets.model.account import Role, Status, User
from buckets.model.action import Action
from buckets.model.job import NewJob
from buckets.model.profile import Profile
from buckets.names import EmailAddress, JobId, UserId
from buckets.ports import Accounts, Jobs
from buckets.service.people import AddUser
from gateway.auth.permit import Permit

HANDOVER = "handover"
"""The kind of the jobs that give to others what deleted users left."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UserServices:
    """The use cases, unguarded."""

    accounts: Accounts
    add: AddUser
    jobs: Jobs


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedUsers:
    """Which users are to be listed; without a status, all that are not deleted."""

    role: Role | None = None
    status: Status | None = None
    email: EmailAddress | None = None


@dataclass(frozen=True, slots=True)
class GuardedUsers:
    """What one caller may do with the users of its account, within one request."""

    permit: Permit
    services: UserServices

    async def find(self, id_: UserId) -> User:
        """One of the caller's account, in whatever state. One of another answers exactly like none."""
        self.permit.must(Action.READ_USERS)
        return await self._load(id_)

    async def page(self, wanted: WantedUsers, *, after: UserId | None = None, limit: int) -> Sequence[User]:
        self.permit.must(Action.READ_USERS)
        role, status, email = wanted.role, wanted.status, wanted.email
        return await self.services.accounts.page_users(
            self.permit.caller.account, role=role, status=status, email=email, after=after, limit=limit
        )

    async def add(self, profile: Profile) -> User:
        self.permit.must(Action.MANAGE_USERS)
        self._must_be(people.may_give(self.permit.caller.role, profile.role))
        return await self.services.add(self.permit.caller.account, profile, self.permit.origin("create_user"))

    async def change(self, present: User, profile: Profile) -> User:
        """Make a user that was found something else, unless somebody has done so since."""
        self.permit.must(Action.MANAGE_USERS)
        return await self._change(present, profile)

    async def delete(self, id_: UserId) -> None:
        """One that owns nothing."""
        self.permit.must(Action.MANAGE_USERS)
        user = await self._load(id_)
        self._must_be(people.may_delete(self.permit.caller, user))
        await self.services.accounts.delete_user(user, origin=self.permit.origin("delete_user"))

    async def delete_in_favour_of(self, id_: UserId, heir: UserId) -> JobId:
        """The user is gone at once, and a job gives what it leaves to another. One that is gone already is asked about anew: so who
        does not know whether that was begun may say it again.
        """
        self.permit.must(Action.MANAGE_USERS)
        user = await self._load(id_)
        self._must_be(people.may_delete(self.permit.caller, user))
        if id_ == heir or (await self._load(heir)).status is Status.DELETED:
            raise NoSuchUser(str(heir))
        if user.status is not Status.DELETED:
            await self.services.accounts.delete_user(user, origin=self.permit.origin("delete_user"), force=True)
        return await self._pass_on(user, heir)

    async def find_me(self) -> User:
        """Whom the caller works as."""
        return await self._load(self.permit.caller.user)

    async def change_me(self, present: User, profile: Profile) -> User:
        """Whatever the caller's role is; but a credential that was given for less does not reach so far."""
        self._must_be(present.id == self.permit.caller.user and self.permit.caller.grant.allows(Action.MANAGE_USERS))
        return await self._change(present, profile)

    async def _pass_on(self, user: User, heir: UserId) -> JobId:
        account, asker = self.permit.owner
        payload = {"account": account, "user": str(user.id), "heir": str(heir)}
        job = NewJob(kind=HANDOVER, payload=payload, account=account, owner=asker, dedupe=str(user.id))
        [number] = await self.services.jobs.enqueue([job])
        return number

    async def _load(self, id_: UserId) -> User:
        found = await self.services.accounts.find_user(self.permit.caller.account, id_)
        if found is None:
            raise NoSuchUser(str(id_))
        return found

    async def _change(self, present: User, profile: Profile) -> User:
        wanted = profile.applied_to(present)
        self._must_be(people.may_change(self.permit.caller, present, wanted))
        return await self.services.accounts.change_user(wanted, origin=self.permit.origin("change_user"))

    def _must_be(self, permitted: bool) -> None:
        if not permitted:
            raise NotPermitted(Action.MANAGE_USERS)
