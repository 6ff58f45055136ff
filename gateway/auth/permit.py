"""What one caller may do, within one request: the questions that every guarded service asks first."""

from collections.abc import Callable
from dataclasses import dataclass

from buckets.errors import NoSuchBucket, NotPermitted
from buckets.model.account import Caller, Role
from buckets.model.action import Access, Action
from buckets.model.bucket import Bucket
from buckets.model.commit import Origin, Owner
from buckets.model.read import Read
from buckets.names import BucketName
from buckets.ports import Buckets

_WRITERS = frozenset({Role.OWNER, Role.ADMIN, Role.SERVICE, Role.USER})
_ADMINS = frozenset({Role.OWNER, Role.ADMIN})


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What the guard needs to know of a request besides its caller."""

    id: str
    address: str = ""
    agent: str = ""
    found: Callable[[BucketName], None] = lambda _: None
    """Told of each bucket that the caller turns out to have."""
    reads: Callable[[Read], None] = lambda _: None
    """Told of what the caller wants to read, whether it may or not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Permit:
    """Who asks, in which request."""

    caller: Caller
    request: Request
    buckets: Buckets

    @property
    def owner(self) -> Owner:
        """Whose what this request makes is."""
        return self.caller.account, self.caller.user

    async def readable(self, name: BucketName) -> Bucket:
        """The caller's bucket. A bucket of another account answers exactly like none."""
        bucket = await self.buckets.find_bucket(name)
        if bucket is None or bucket.account != self.caller.account:
            raise NoSuchBucket(name)
        self.request.found(name)
        return bucket

    async def writable(self, action: str, name: BucketName) -> Bucket:
        bucket = await self.readable(name)
        self._must_be(_WRITERS, action)
        return bucket

    async def governed(self, action: str, name: BucketName) -> Bucket:
        """One whose rules the caller may change."""
        bucket = await self.readable(name)
        self.must_govern(action)
        return bucket

    def must_govern(self, action: str) -> None:
        self._must_be(_ADMINS, action)

    def must(self, action: Action) -> None:
        """Raise unless the caller may do this to its account."""
        if action.access is Access.MANAGE and self.caller.role not in _ADMINS:
            raise NotPermitted(action)

    def origin(self, action: str) -> Origin:
        request = self.request
        return Origin(caller=self.caller, request_id=request.id, action=action, address=request.address, agent=request.agent)

    def _must_be(self, roles: frozenset[Role], action: str) -> None:
        if self.caller.role not in roles:
            raise NotPermitted(action)
