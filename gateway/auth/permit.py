"""What one caller may do, within one request: the questions that every guarded service asks first."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeVar

from buckets import policy
from buckets.errors import NoSuchBucket, NotAuthenticated, NotFound, NotPermitted, StorageError
from buckets.model.account import Caller
from buckets.model.action import Action
from buckets.model.bucket import Bucket
from buckets.model.commit import Origin, Owner
from buckets.model.read import Read
from buckets.model.version import Head
from buckets.names import BucketName
from buckets.policy import Question, Ruling, Verdict
from buckets.ports import Buckets
from buckets.ranges import ByteRange
from buckets.service.read import Wanted

T = TypeVar("T")


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


@dataclass(frozen=True, slots=True)
class Sight:
    """The objects of a bucket as a caller sees them: all of them, or, where there is a refusal, those that are public."""

    bucket: Bucket
    refusal: StorageError | None = None

    @property
    def is_open(self) -> bool:
        """Whether the caller may know what the bucket has not got."""
        return self.refusal is None or policy.is_public(self.bucket, None)

    def must_see(self, head: Head) -> None:
        if self.refusal and not policy.is_public(self.bucket, head.visibility):
            raise self.refusal

    def wanted(self, wanted: Wanted) -> Wanted:
        """The same, once it is certain that the caller may see the object: conditions tell of it, too."""

        def seen(head: Head) -> ByteRange | None:
            self.must_see(head)
            return wanted(head)

        return seen if self.refusal else wanted

    async def of(self, looking: Awaitable[T]) -> T:
        """What comes of looking for an object. Who does not see a bucket does not learn either what it has not got."""
        try:
            return await looking
        except NotFound:
            if self.refusal and not self.is_open:
                raise self.refusal from None
            raise


@dataclass(frozen=True, slots=True, kw_only=True)
class Permit:
    """Who asks, in which request. Nobody may have said who it is: that is refused as soon as it matters."""

    who: Caller | None
    request: Request
    buckets: Buckets

    @property
    def caller(self) -> Caller:
        if self.who is None:
            raise NotAuthenticated("there is no Authorization header")
        return self.who

    @property
    def owner(self) -> Owner:
        """Whose what this request makes is."""
        return self.caller.account, self.caller.user

    def must(self, action: Action) -> None:
        """Raise unless the caller may do this to its account."""
        if self._verdict(action).ruling is not Ruling.YES:
            raise NotPermitted(action)

    async def to(self, action: Action, name: BucketName, key: str | None = None) -> tuple[Bucket, Origin]:
        """The bucket that it may be done to, or to a key of. A bucket that the caller may not know of answers like none."""
        bucket = await self.buckets.find_bucket(name)
        if bucket is None:
            raise self._refusal(action, name, bucket)
        origin = self.judged(action, bucket, key)
        self.request.found(name)
        return bucket, origin

    async def to_read(self, name: BucketName, key: str, read: Read | None = None) -> Sight:
        """The objects of a bucket under one name, as far as they are seen. A stranger who sees nothing is on record at home."""
        bucket = await self.buckets.find_bucket(name)
        if bucket is None:
            raise self._refusal(Action.GET_OBJECT, name, bucket)
        if read and not (self.who and self._hides(bucket)):
            read.found(bucket)
        ruling = self._verdict(Action.GET_OBJECT, bucket, key).ruling
        if ruling is Ruling.NO:
            raise self._refusal(Action.GET_OBJECT, name, bucket)
        sight = Sight(bucket, None if ruling is Ruling.YES else self._refusal(Action.GET_OBJECT, name, bucket))
        if sight.is_open:
            self.request.found(name)
        return sight

    async def home(self, action: Action, name: BucketName) -> Bucket:
        """A bucket of the caller's account, whatever may be done there."""
        bucket = await self.buckets.find_bucket(name)
        if bucket is None or bucket.account != self.caller.account:
            raise self._refusal(action, name, bucket)
        self.request.found(name)
        return bucket

    def judged(self, action: Action, bucket: Bucket, key: str | None = None) -> Origin:
        """Where a change comes from that may be made."""
        ruling = self._verdict(action, bucket, key).ruling
        if ruling not in (Ruling.YES, Ruling.IF_OWN):
            raise self._refusal(action, bucket.name, bucket)
        return self.origin(action, only_own=ruling is Ruling.IF_OWN)

    async def explain(self, action: Action, name: BucketName | None, key: str | None) -> Verdict:
        """Which rule decides. A bucket that the caller may not know of is as good as none."""
        bucket = await self.buckets.find_bucket(name) if name else None
        if name and (bucket is None or self._hides(bucket)):
            raise NoSuchBucket(name)
        return self._verdict(action, bucket, key)

    def origin(self, action: str, *, only_own: bool = False) -> Origin:
        request = self.request
        return Origin(
            caller=self.caller,
            request_id=request.id,
            action=action,
            address=request.address,
            agent=request.agent,
            only_own=only_own,
        )

    def _verdict(self, action: Action, bucket: Bucket | None = None, key: str | None = None) -> Verdict:
        return policy.decide(Question(caller=self.who, action=action, bucket=bucket, key=key))

    def _refusal(self, action: Action, name: BucketName, bucket: Bucket | None) -> StorageError:
        if self.who is None:
            return NotAuthenticated("there is no Authorization header")
        return NoSuchBucket(name) if bucket is None or self._hides(bucket) else NotPermitted(action)

    def _hides(self, bucket: Bucket) -> bool:
        """Whether the caller is a stranger who sees nothing of it."""
        return bucket.account != self.caller.account and not (policy.is_public(bucket, None) or self._may_read(bucket))

    def _may_read(self, bucket: Bucket) -> bool:
        return any(self._verdict(action, bucket).ruling is Ruling.YES for action in (Action.GET_OBJECT, Action.LIST_OBJECTS))
