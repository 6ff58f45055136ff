"""Valid values with as little said as a test needs to say."""

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from buckets.memory.checksums import crc32c
from buckets.model.account import Account, Caller, Role, User
from buckets.model.blob import Blob, Extent, Placement, Span
from buckets.model.bucket import Bucket, Versioning, Visibility
from buckets.model.commit import UNCONDITIONAL, Condition, Origin, PutItem
from buckets.model.version import Content, Digests, ScanState
from buckets.names import AccountId, BlobId, BucketId, BucketName, CredentialId, ObjectKey, UserId
from gateway.system import SystemIds

IDS = SystemIds()
PLACEMENT = Placement(id="default", store="memory")


@dataclass(slots=True)
class ManualClock:
    """A clock that moves when told."""

    time: datetime = datetime(2026, 11, 21, 12, tzinfo=UTC)
    seconds: float = 0.0

    def now(self) -> datetime:
        return self.time

    def monotonic(self) -> float:
        return self.seconds

    def advance(self, step: timedelta) -> None:
        self.time += step
        self.seconds += step.total_seconds()


def user(account: str = "123456789012", role: Role = Role.OWNER) -> User:
    return User(id=UserId(IDS.uuid7()), account=AccountId(account), name="somebody", role=role)


def account(number: str = "123456789012") -> Account:
    return Account(id=AccountId(number), canonical_id=hashlib.sha256(number.encode()).hexdigest(), name="test")


def caller(of: User) -> Caller:
    return Caller(account=of.account, user=of.id, role=of.role, credential=CredentialId(IDS.uuid7()))


def origin(of: User) -> Origin:
    return Origin(caller=caller(of), request_id="TEST", action="put_object")


def bucket(owner: User, name: str = "photos", *, versioning: Versioning = Versioning.OFF) -> Bucket:
    return Bucket(
        id=BucketId(IDS.uuid7()),
        name=BucketName(name),
        account=owner.account,
        owner=owner.id,
        placement=PLACEMENT.id,
        created_at=datetime(2026, 11, 21, tzinfo=UTC),
        versioning=versioning,
        visibility=Visibility.PRIVATE,
    )


def content(body: bytes, content_type: str = "text/plain") -> Content:
    md5 = hashlib.md5(body, usedforsecurity=False)
    digests = Digests(etag=md5.hexdigest(), crc32c=crc32c(body), md5=md5.digest(), sha256=hashlib.sha256(body).digest())
    return Content(size=len(body), digests=digests, content_type=content_type, metadata={"colour": "red"}, tags={"kind": "card"})


def blob(name: BlobId, owner: User, size: int) -> Blob:
    return Blob(id=name, account=owner.account, placement=PLACEMENT.id, locator=f"at/{name}", size=size)


def put_item(
    into: Bucket, key: str, body: bytes, *, owner: User, name: BlobId | None, condition: Condition = UNCONDITIONAL
) -> PutItem:
    """An item over one blob of the body's size; without a name, over none."""
    blobs = [blob(name, owner, len(body))] if name else []
    extents = [Extent(blob=row.id, placement=row.placement, locator=row.locator, span=Span(0, row.size)) for row in blobs]
    return PutItem(
        operation=IDS.uuid7(),
        bucket=into,
        key=ObjectKey(key),
        content=content(body),
        blobs=blobs,
        extents=extents,
        origin=origin(owner),
        condition=condition,
        state=ScanState.UNSCANNED,
    )
