"""The ports, one page: what the use cases need from the world.

Every promise here has a test in `tests/suites/` that all implementations pass. Only errors of `buckets.errors` come out of a port.
`find_x` may be None, `load_x` raises; `put open stat delete walk` move bytes; `page` lists.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Collection, Iterable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol
from uuid import UUID

from buckets.key_range import EVERY_KEY, KeyRange
from buckets.model.account import Account, Caller, Identity, Role, Status, User
from buckets.model.audit import Kind, Mark
from buckets.model.audit_query import AuditPage, AuditQuery
from buckets.model.blob import BlobLease, Extent, Placement, Span, Stored
from buckets.model.block import SummedExtent
from buckets.model.bucket import Bucket
from buckets.model.checksum import Claim
from buckets.model.commit import CommitItem, Idempotency, Origin, Outcome, Owner
from buckets.model.credential import ApiKey, Key, KeyPair, Replaced
from buckets.model.estate import PassedOn, Spot
from buckets.model.event import Event
from buckets.model.job import Job, JobOutcome, JobState, LeaseState, NewJob, Progress, Schedule
from buckets.model.live_upload import Change, LivePart, LiveUpload, Writing
from buckets.model.login import Login, PasswordHolder
from buckets.model.page import Folder, Order, Place, Ranked
from buckets.model.read import Read
from buckets.model.seal import Removal, Row, Seal
from buckets.model.version import Digests, Head, Kept
from buckets.names import (
    AccessKey,
    AccountId,
    BlobId,
    BucketId,
    BucketName,
    CredentialId,
    JobId,
    LoginId,
    ObjectKey,
    UploadId,
    UserId,
    VersionId,
)


class BlobStore(Protocol):
    """Immutable blobs by names used once."""

    async def put(self, blob: BlobId, body: AsyncIterator[bytes], *, size: int | None) -> Stored:
        """Store the whole body durably, or nothing. A length other than `size` is IncompleteBody, a used name StoreUnavailable."""

    def open(self, locator: str, span: Span) -> AbstractAsyncContextManager[AsyncIterator[bytes]]:
        """The bytes of a span, exactly as many as asked for; fewer raise BlobCorrupt. A missing blob is BlobMissing on entry."""

    async def stat(self, locator: str) -> int:
        """The size of a blob; BlobMissing when there is none."""

    async def delete(self, blobs: Iterable[tuple[BlobId, str | None]]) -> None:
        """Remove blobs, by locator or, where a put never answered, by name alone. Absent ones are no error; open readers finish."""

    def walk(self) -> AsyncIterator[Stored]:
        """Everything that is stored, half-written puts excepted."""

    async def check(self) -> None:
        """Raise unless the store answers and can be written to."""


class Accounts(Protocol):
    """The part of the catalog that knows who exists. Changes whose origin is not given are the program's own."""

    async def create_account(self, account: Account, owner: User, *, origin: Origin | None = None) -> None:
        """Create an account with its first user. IdentityTaken when somebody goes by one of the owner's."""

    async def page_accounts(self, *, after: str, limit: int) -> Sequence[Account]:
        """All accounts whose numbers come after a text, in the order of these."""

    async def change_account(self, present: Account, wanted: Account, *, origin: Origin) -> Account:
        """Give it another name and status. Overtaken when it is not as it was by now, NoSuchAccount when there is none."""

    async def ensure_user(self, user: User) -> bool:
        """Make a user of an account known, and whether that was to be done: one with this id stays as it is."""

    async def add_user(self, user: User, *, origin: Origin) -> None:
        """A new one. EmailTaken when another of its account has the address, however written, IdentityTaken when somebody goes by
        one of its identities. What those who were deleted had is free.
        """

    async def find_user(self, account: AccountId, user: UserId) -> User | None:
        """One of an account, in whatever state."""

    async def page_users(
        self,
        account: AccountId,
        *,
        role: Role | None = None,
        status: Status | None = None,
        email: str | None = None,
        after: UserId | None = None,
        limit: int,
    ) -> Sequence[User]:
        """The users of an account in the order of their ids. Without a status, all that are not deleted."""

    async def change_user(self, user: User, *, origin: Origin) -> User:
        """Make a user what is said here. Overtaken when its revision is another by now, NoSuchUser when it is gone; EmailTaken and
        IdentityTaken as above, LastOwner when the account would have no active owner any more.
        """

    async def delete_user(self, user: User, *, origin: Origin, force: bool = False) -> None:
        """It stays on record, and no key of its is usable any more. Overtaken, NoSuchUser and LastOwner as above. UserOwnsObjects
        when it has buckets or objects, unless `force`; trash is none.
        """

    async def find_account(self, account: AccountId) -> Account | None: ...

    async def find_first_owner(self) -> User | None:
        """The first owner of the oldest account."""


class Credentials(Protocol):
    """The part of the catalog that knows what opens the house. Changes whose origin is not given are the program's own."""

    async def add_key_pair(
        self, pair: KeyPair, *, name: str, origin: Origin | None = None, replaces: Replaced | None = None
    ) -> None:
        """An access key is given once, for ever. KeyEnded, and nothing is added, when what it replaces is no good any more."""

    async def add_api_key(self, key: ApiKey, *, name: str, origin: Origin | None = None, replaces: Replaced | None = None) -> None:
        """Like a pair. What is replaced is good for its overlap, and never longer than it would have been."""

    async def find_key_pair(self, access_key: AccessKey) -> KeyPair | None:
        """A usable pair: not revoked, not expired, of an active user in an active account. In force at once, everywhere."""

    async def find_api_key(self, token_hash: bytes) -> ApiKey | None:
        """A usable key, like a pair."""

    async def find_key(self, account: AccountId, key: CredentialId) -> Key | None:
        """A key of this account, good or not; one of another account is none."""

    async def page_keys(
        self, account: AccountId, *, owner: UserId | None = None, after: CredentialId | None = None, limit: int
    ) -> Sequence[Key]:
        """The newest keys first, of one owner or of all of the account, from the one after `after` on; those that ended too."""

    async def revoke_key(self, key: Key, *, origin: Origin) -> None:
        """From now on it opens nothing, for ever. One that was revoked before stays as it is."""

    async def note_use(self, uses: Collection[tuple[CredentialId, datetime]]) -> None:
        """When keys were last used, to the minute. Ids that are no keys are passed over."""


class Logins(Protocol):
    """The part of the catalog that knows how people sign in."""

    async def find_caller_by_identity(self, identity: Identity) -> Caller | None:
        """The active user of an active account that somebody else calls so."""

    async def add_person(self, user: User, password_hash: str, *, origin: Origin | None) -> bool:
        """A user who signs in with a password; False, and nothing is made, when another of the account has the address."""

    async def find_person(self, email: str, account: AccountId | None) -> UserId | None:
        """The active user who has this address, password or none, however it is written; without an account, the only one."""

    async def find_password_by_email(self, email: str, account: AccountId | None) -> PasswordHolder | None:
        """The active user with a password who has this address, however it is written; without an account, the only one."""

    async def find_password(self, user: UserId) -> PasswordHolder | None:
        """Likewise, by its id."""

    async def set_password(
        self, user: UserId, password_hash: str, *, origin: Origin | None, keeping: LoginId | None = None
    ) -> None:
        """Give a user another password, which ends its logins but one. NoSuchResource when there is no such user."""

    async def renew_password_hash(self, holder: PasswordHolder, password_hash: str) -> None:
        """The same password by a hash that is harder to guess from, unless it was changed meanwhile."""

    async def create_login(self, login: Login, *, revision: int, origin: Origin) -> bool:
        """False, and nothing is made, when the user is not active or of another revision: its password may be another by now."""

    async def find_login(self, token_hash: bytes) -> Login | None:
        """A good one: not revoked, not expired, not left alone for too long, of an active user in an active account."""

    async def find_login_of(self, user: UserId, login: LoginId) -> Login | None:
        """A good one of this user, by its id."""

    async def page_logins(self, user: UserId, *, before: LoginId | None = None, limit: int) -> Sequence[Login]:
        """Where a user is signed in: the good ones, the youngest first, from the one before an id on."""

    async def revoke_login(self, user: UserId, login: LoginId, *, origin: Origin) -> bool:
        """End a good login of this user at once; whether there was one."""

    async def note_seen(self, logins: Collection[LoginId]) -> None:
        """They are in use now."""

    async def forget_logins(self, *, limit: int) -> int:
        """Remove those that are good no more; how many."""


@dataclass(frozen=True, slots=True)
class Founded:
    """The bucket is made; `replayed` says that it was before, by the same request."""

    bucket: Bucket
    replayed: bool = False


class Buckets(Protocol):
    """The part of the catalog that knows the containers. Changes whose origin is not given are the program's own."""

    async def ensure_placement(self, placement: Placement) -> None:
        """Make it known; one that is known already must be the same."""

    async def create_bucket(
        self, bucket: Bucket, *, origin: Origin | None = None, idempotency: Idempotency | None = None
    ) -> Founded:
        """BucketOwned when the account has one of that name, BucketExists when another has."""

    async def find_bucket(self, name: BucketName) -> Bucket | None: ...

    async def page_buckets(self, account: AccountId, *, prefix: str, after: str, limit: int) -> Sequence[Bucket]:
        """The buckets of an account whose names begin so and come after a text, in the order of their names."""

    async def change_bucket(self, bucket: Bucket, *, origin: Origin) -> Bucket:
        """Give a bucket these rules. Overtaken when its revision is another by now, NoSuchBucket when it is gone."""

    async def delete_bucket(self, bucket: Bucket, *, origin: Origin, force: bool = False) -> None:
        """Its name is free at once, and no COMMIT reaches it any more. BucketNotEmpty unless `force`; trash is no content.

        What it still held is forgotten by `Garbage.purge`.
        """


class Objects(Protocol):
    """The part of the catalog that knows the objects."""

    async def lease_blobs(self, *, placement: str, holder: UUID, count: int, lasting: timedelta) -> BlobLease:
        """A block of names that nobody else will ever use."""

    async def renew_leases(self, *, holder: UUID, lasting: timedelta) -> None:
        """Prolong what a holder holds: neither what has run out already, nor anything beyond the longest life of a request."""

    async def commit(self, items: Sequence[CommitItem]) -> Sequence[Outcome]:
        """All of the items in one transaction: an outcome each, in their order. A refusal never touches its neighbours.

        A name, and a caller's idempotency key, may stand in a group once. What their buckets say counts as it is at that moment,
        and is NoSuchBucket when they are gone. OutcomeUnknown when the catalog did not say: `resolve`.
        """

    async def find_answer(self, writer: Owner, idempotency: Idempotency) -> Head | None:
        """What this very request was answered before, as it was then; IdempotencyKeyReused when its key was another's."""

    async def resolve(self, item: CommitItem) -> Outcome | None:
        """What became of an item whose outcome is unknown. None is final: it was not carried out and never will be."""

    async def page_heads(self, bucket: BucketId, keys: KeyRange, *, owner: UserId | None = None, limit: int) -> Sequence[Head]:
        """The readable heads of a range of keys, in the order of their bytes; of one owner, or of all."""

    async def page_folders(
        self, bucket: BucketId, keys: KeyRange, *, prefix: str, delimiter: str, limit: int
    ) -> Sequence[Head | Folder]:
        """The same, keys that hold the delimiter behind the prefix as one folder each. It costs as much as it tells."""

    async def page_ranked(
        self,
        bucket: BucketId,
        order: Order,
        *,
        falling: bool,
        after: Place | None = None,
        keys: KeyRange = EVERY_KEY,
        owner: UserId | None = None,
        limit: int,
    ) -> Ranked:
        """The readable heads by time or by size. A page looks at some thousand heads at most, however few are wanted."""

    async def page_versions(self, bucket: BucketId, key: ObjectKey, *, before: int | None = None, limit: int) -> Sequence[Kept]:
        """What is there of a name, trash included: the youngest first, from the one before a `seq` on."""

    async def find_head(self, bucket: BucketId, key: ObjectKey) -> Head | None:
        """The readable head of a name, as of this moment."""

    async def find_version(self, bucket: BucketId, key: ObjectKey, version: VersionId) -> Head | None:
        """A readable version of a name that is not in the trash, current or not."""

    async def load_extents(self, bucket: BucketId, version: VersionId, span: Span | None = None) -> Sequence[Extent]:
        """The extents of a version in their order, or of a part of it, cut to that; none when there is no such version any more."""

    async def load_sums(self, extents: Sequence[Extent]) -> Sequence[SummedExtent]:
        """The same extents with the sums of the blocks that they touch, also when no version refers to their blobs any more.

        A blob that is not there is as good as one without bytes.
        """


class Estates(Protocol):
    """What users leave to others of their account. Any number may be at it; a COMMIT and who passes on wait for each other.

    NoSuchUser when there is something to be had, and the heir is not in the account, or gone.
    """

    async def pass_on_buckets(self, giver: Owner, heir: UserId) -> int:
        """All living buckets of a user; how many."""

    async def pass_on_versions(self, giver: Owner, heir: UserId, *, after: Spot | None, limit: int) -> PassedOn:
        """Look at some versions of the account behind a mark, or at none: those of the giver, trash included, are the heir's then,
        and it is charged for them.
        """


class Outbox(Protocol):
    """What was committed and is to be told. One announcer at a time gives positions, after the fact: a cursor misses nothing."""

    async def announce(self, *, limit: int) -> int:
        """Give positions to what has none, in the order of each key; how many. None when somebody else is at it."""

    async def page_events(self, *, after: int, limit: int) -> Sequence[Event]:
        """What was announced behind a position, in order."""


class AuditTrail(Protocol):
    """What happened, for those who may ask."""

    async def page_audit(self, account: AccountId, query: AuditQuery, *, before: Mark | None = None, limit: int) -> AuditPage:
        """Lines of an account, the youngest first. A page looks at some thousand lines at most, however few are wanted."""


class AccessLog(Protocol):
    """Reads that are on record. They may be lost where a process is killed, a second's worth."""

    def note(self, read: Read) -> None:
        """One that has ended, and is wanted. It costs next to nothing."""

    async def write(self) -> None:
        """Write down all that was noted."""


class Seals(Protocol):
    """The chain of hashes over what happened. One sealer at a time; nothing that is sealed can have another row come into it."""

    async def seal(self, *, rest: timedelta, limit: int) -> int:
        """Add a seal over the oldest rows that have none, are older than `rest`, and cannot have others come between them any more.

        How many rows it covers, of one month; none when there are none, or when somebody else is at it.
        """

    async def page_seals(self, *, after: int, limit: int) -> Sequence[Seal]:
        """Those behind a number, in their order."""

    async def page_rows(self, *, after: Mark | None, until: Mark, limit: int) -> Sequence[Row]:
        """What is there behind a place, up to and with another, the oldest first."""

    async def removals(self) -> Sequence[Removal]:
        """What retention has removed, seals excepted."""

    async def remove(self, kind: Kind, *, after_days: int) -> str | None:
        """Remove what is oldest as a whole, and older than that: a month of changes, if it is sealed, or a day of reads.

        What it was called; None when nothing may go.
        """


@dataclass(frozen=True, slots=True, kw_only=True)
class Condemned:
    """A blob that nothing refers to, nor ever will. One whose put was given up has no locator; `erased` counts its deletes."""

    blob: BlobId
    placement: str
    locator: str | None
    erased: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """A name while it is ours. The truth may refuse whoever comes with a smaller `fence` than it has seen."""

    fence: int
    wanted: asyncio.Event = field(default_factory=asyncio.Event)
    """Set as soon as somebody waits for the name, or has taken it away."""


class Locks(Protocol):
    """Names that one request has at a time, in any process: they spare work that would be in vain, and decide nothing.

    For whoever holds one may be the second to do so when processes cannot talk to each other. A process that is killed holds
    nothing for long.
    """

    def hold(self, name: str, *, patience: timedelta = timedelta()) -> AbstractAsyncContextManager[Hold | None]:
        """A name for as long as the context lasts; None when another has it.

        With patience the other is asked to let go, and waited for. Each hold of a name has a greater fence than those before.
        """


@dataclass(frozen=True, slots=True)
class Counted:
    """How many attempts there were in a window, this one included, and how long it is open still."""

    attempts: int
    remaining: timedelta


class Attempts(Protocol):
    """Counts attempts of whatever must not be tried at will, in all processes. While they cannot talk each counts its own."""

    async def count(self, name: str, *, within: timedelta) -> Counted:
        """One more under this name. A window opens with its first attempt and is as long as that one says."""


class Sessions(Protocol):
    """Uploads under way, at once: a copy of what the truth has acknowledged, and who is writing, which nobody else knows.

    It may be lost or behind at any time; `service/live_uploads.py` puts it right. After SessionsUnavailable a change may have been
    taken in or not.
    """

    async def keep(self, upload: LiveUpload, parts: Collection[LivePart]) -> None:
        """All that the truth knew as of a revision. It takes the place of what is older, and of nothing else."""

    async def advance(self, upload: UploadId, change: Change, *, revision: int) -> None:
        """What the truth acknowledged as this revision, if the upload is here. Changes come in any order, and more than once.

        The upload's own revision grows only over those that have all come.
        """

    async def find(self, upload: UploadId, *, at_least: int = 0) -> LiveUpload | None:
        """None when it is not here, or of an older revision than that."""

    async def find_parts(self, upload: UploadId, *, at_least: int = 0) -> Sequence[LivePart] | None:
        """Its parts in the order of their numbers; None like `find`."""

    async def note(self, upload: UploadId, writing: Writing) -> None:
        """A request is sending a part. It is forgotten when nothing more is heard of it."""

    async def forget(self, upload: UploadId, request: UUID) -> None:
        """A request has ended."""

    async def writers(self, upload: UploadId) -> Sequence[Writing]:
        """The requests that are sending parts, in the order of their ids."""


class Garbage(Protocol):
    """What is stored and not needed any more. Any number of sweeps may be at it; none waits for a COMMIT, or for another."""

    async def purge(self, *, limit: int, bucket: BucketId | None = None) -> int:
        """Forget what nobody can bring back: what was in the trash as long as its bucket says, and what deleted buckets held.

        Of one bucket, or of all. How much it was; it is all done when that is nothing.
        """

    async def condemn_abandoned(self, *, margin: timedelta, limit: int) -> int:
        """End leases that ran out `margin` ago; how many. Their names are committed already or condemned, due at once."""

    async def condemn_unreferenced(self, *, grace: timedelta, limit: int) -> int:
        """Settle blobs that lost a reference; how many. Those that lost their last are condemned, due after `grace`."""

    async def pin(self, reason: str, *, lasting: timedelta) -> UUID:
        """While a pin lasts, nothing is due: a backup sees to it that bytes which it speaks of stay."""

    async def renew_pin(self, pin: UUID, *, lasting: timedelta) -> bool:
        """Whether it lasted still: one that ran out held nothing, and stays so."""

    async def unpin(self, pin: UUID) -> None:
        """End it, if it is there still."""

    async def due(self, placements: Collection[str], *, limit: int) -> Sequence[Condemned]:
        """Blobs in these placements whose bytes may go, those that have been due longest first. Others may have them too."""

    async def erased(self, blobs: Sequence[Condemned], *, again_after: timedelta) -> int:
        """The bytes of blobs as `due` gave them are gone; how many nobody else had settled.

        Each is due once more `again_after` later, for a put that was given up can still land. After that it is forgotten.
        """


@dataclass(frozen=True, slots=True, kw_only=True)
class CatalogHealth:
    """How the catalog is, for an operator; it never says where."""

    latency_ms: float
    server_version: str
    migration: int
    pool: "PoolState"


@dataclass(frozen=True, slots=True, kw_only=True)
class PoolState:
    """The connections of this process."""

    size: int
    idle: int
    waiting: int
    max: int


class Catalog(Accounts, Credentials, Logins, Buckets, Objects, Estates, Protocol):
    """The truth about everything but bytes."""

    async def check(self) -> CatalogHealth:
        """Ask the catalog something; raises CatalogUnavailable or CatalogBusy."""

    async def make_room(self) -> None:
        """See to it that what is recorded by months and days has a place for a good while to come."""

    async def close(self) -> None: ...


class Jobs(Protocol):
    """Work for workers. Its time is the catalog's own, no worker's; who claims, heartbeats and settles is the holder of a lease."""

    async def enqueue(self, jobs: Sequence[NewJob]) -> Sequence[JobId]:
        """All or none: an id each, in their order. One whose kind and `dedupe` are unfinished already gives that job's id."""

    async def claim(self, kinds: Collection[str], *, holder: UUID, lasting: timedelta) -> Job | None:
        """Begin the job that has been due longest; nobody else gets it while the lease lasts.

        One whose lease ran out is due once more, or dead when that was its last attempt, or cancelled where that was asked for.
        """

    async def heartbeat(self, job: Job, *, holder: UUID, lasting: timedelta, progress: Progress | None = None) -> LeaseState:
        """Prolong a lease, and say how far the job has come. It is lost when the job was settled or somebody else has it."""

    async def settle(self, job: Job, *, holder: UUID, outcome: JobOutcome, progress: Progress | None = None) -> bool:
        """End a lease; False, and nothing changes, when it was lost. A failure waits ever longer for its next attempt."""

    async def cancel(self, job: JobId) -> None:
        """One that waits is cancelled at once, one that runs as soon as it ends without being done. Others are left alone."""

    async def find(self, job: JobId) -> Job | None: ...

    async def ensure_schedule(self, schedule: Schedule) -> None:
        """Make it known, or change the one of that name."""

    async def tick(self) -> Sequence[JobId]:
        """Enqueue what the schedules say is due, however many ask. Periods that nobody asked in are not made up for."""

    async def page(
        self,
        *,
        account: AccountId | None = None,
        state: JobState | None = None,
        kind: str | None = None,
        after: JobId | None = None,
        limit: int,
    ) -> Sequence[Job]:
        """The newest jobs first, of one account or of all, from the one after `after` on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Claims:
    """What the client says its body is; each claim is verified before anything becomes visible."""

    size: int | None = None
    digests: Sequence[Claim] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """What the body was."""

    size: int
    digests: Digests
    sums: bytes = b""
    """Of the body's blocks, see `model/block.py`."""


class Inspection(Protocol):
    """One body under inspection: it looks at bytes and never changes them."""

    def watch(self, body: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
        """The same bytes, looked at; raises TooLarge or IncompleteBody as soon as it is known."""

    async def findings(self) -> Findings:
        """After the last byte: what was seen. DigestMismatch or IncompleteBody when it is not what was claimed."""


class Checksums(Protocol):
    """Computes digests of bodies as they pass."""

    def inspect(self, claims: Claims, *, limit: int) -> AbstractAsyncContextManager[Inspection]:
        """The context owns the inspection's resources: leaving it, however, frees them."""

    def crc32c(self, data: bytes | memoryview, start: int = 0) -> int:
        """The CRC32C of some bytes, or, from the CRC32C of what came before them on, of all."""


class Phase(StrEnum):
    """How far an operation has come."""

    RECEIVE = "receive"
    STORED = "stored"
    COMMIT = "commit"
    COMMITTED = "committed"
    CONDEMNED = "condemned"
    ERASED = "erased"


class Phases(Protocol):
    """The one seam that metrics, logs and crash tests hang on."""

    def reached(self, operation: str, phase: Phase) -> None:
        """An operation of this name has come this far; what comes next has not begun."""


class Meter(Protocol):
    """Counts and measures; never labelled by key or anything else without bound."""

    def count(self, name: str, amount: float = 1, **labels: str) -> None: ...

    def observe(self, name: str, seconds: float, **labels: str) -> None: ...

    def gauge(self, name: str, read: Callable[[], float], **labels: str) -> None:
        """A value that is asked for when somebody looks."""


class Clock(Protocol):
    """The time, passed in."""

    def now(self) -> datetime:
        """Wall-clock time in UTC."""

    def monotonic(self) -> float:
        """Seconds that never go back."""


class Ids(Protocol):
    """Fresh identities and secrets, passed in."""

    def uuid7(self) -> UUID:
        """An id that sorts by when it was made and that no other process makes."""

    def secret(self, size: int) -> bytes:
        """Unguessable bytes."""
