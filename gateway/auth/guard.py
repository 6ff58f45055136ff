"""The guard: handlers never hold a use case, only its guarded form, which asks who may before anything happens."""

from dataclasses import dataclass

from buckets.errors import CatalogUnavailable
from buckets.model.account import Account, Caller
from buckets.ports import AuditTrail, Catalog
from gateway.auth.audit import GuardedAudit
from gateway.auth.buckets import BucketServices, GuardedBuckets
from gateway.auth.jobs import GuardedJobs
from gateway.auth.objects import GuardedObjects, ObjectServices
from gateway.auth.permit import Permit, Request


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """The use cases, unguarded: only the guard and the workers hold them."""

    known: Catalog
    objects: ObjectServices
    buckets: BucketServices
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
    def audit(self) -> GuardedAudit:
        return GuardedAudit(self._permit, self._services.audit)

    async def account(self) -> Account:
        """The caller's own."""
        found = await self._services.known.find_account(self.caller.account)
        if found is None:
            raise CatalogUnavailable("it does not know the account of a credential")
        return found


@dataclass(frozen=True, slots=True)
class Guard:
    """Gives each caller its own guarded services."""

    services: Services

    def for_caller(self, caller: Caller, request: Request) -> Guarded:
        permit = Permit(caller=caller, request=request, buckets=self.services.known)
        return Guarded(permit, self.services)
