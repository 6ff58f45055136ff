"""The guard: handlers never hold a use case, only its guarded form, which asks who may before anything happens."""

from dataclasses import dataclass

from buckets.model.account import Account, Caller
from buckets.model.action import Action
from buckets.names import BucketName, ObjectKey
from buckets.policy import Verdict
from buckets.ports import AuditTrail, Catalog
from gateway.auth.accounts import AccountServices, GuardedAccounts
from gateway.auth.audit import GuardedAudit
from gateway.auth.buckets import BucketServices, GuardedBuckets
from gateway.auth.credentials import GuardedKeys, KeyServices
from gateway.auth.jobs import GuardedJobs
from gateway.auth.logins import GuardedLogins, LoginServices
from gateway.auth.objects import GuardedObjects, ObjectServices
from gateway.auth.permit import Permit, Request
from gateway.auth.users import GuardedUsers, UserServices


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """The use cases, unguarded: only the guard and the workers hold them."""

    known: Catalog
    objects: ObjectServices
    buckets: BucketServices
    users: UserServices
    accounts: AccountServices
    keys: KeyServices
    logins: LoginServices
    audit: AuditTrail


@dataclass(frozen=True, slots=True)
class Guarded:
    """What one caller may do, within one request."""

    _permit: Permit
    _services: Services

    @property
    def caller(self) -> Caller:
        return self._permit.caller

    @property
    def objects(self) -> GuardedObjects:
        return GuardedObjects(self._permit, self._services.objects)

    @property
    def buckets(self) -> GuardedBuckets:
        return GuardedBuckets(self._permit, self._services.buckets)

    @property
    def jobs(self) -> GuardedJobs:
        return GuardedJobs(self._permit, self._services.buckets.jobs)

    @property
    def users(self) -> GuardedUsers:
        return GuardedUsers(self._permit, self._services.users)

    @property
    def accounts(self) -> GuardedAccounts:
        return GuardedAccounts(self._permit, self._services.accounts)

    @property
    def keys(self) -> GuardedKeys:
        return GuardedKeys(self._permit, self._services.keys)

    @property
    def audit(self) -> GuardedAudit:
        return GuardedAudit(self._permit, self._services.audit)

    @property
    def logins(self) -> GuardedLogins:
        return GuardedLogins(self._permit, self._services.logins)

    async def explain(self, action: Action, bucket: BucketName | None, key: ObjectKey | None) -> Verdict:
        """Whether the caller may do it, and which rule says so."""
        return await self._permit.explain(action, bucket, key)

    async def account(self) -> Account:
        """The caller's own."""
        return await self.accounts.own()


@dataclass(frozen=True, slots=True)
class Guard:
    """Gives each caller its own guarded services."""

    services: Services

    def for_caller(self, caller: Caller | None, request: Request) -> Guarded:
        permit = Permit(who=caller, request=request, buckets=self.services.known)
        return Guarded(permit, self.services)
