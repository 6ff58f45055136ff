"""The use cases, put together over the ports."""

from dataclasses import dataclass

from buckets.ports import Attempts, AuditTrail, BlobStore, Catalog, Checksums, Clock, Ids, Jobs, Locks, Meter, Phases
from buckets.service.blob_names import BlobNames
from buckets.service.bucket import ChangeBucket, MakeBucket
from buckets.service.committer import Committer
from buckets.service.copy import CopyObject
from buckets.service.edit import EditObject
from buckets.service.hot_blobs import HotBlobs
from buckets.service.listing import ListObjects
from buckets.service.move import MoveObject
from buckets.service.people import AddUser, MakeAccount
from buckets.service.put import PutObject
from buckets.service.read import ReadObject
from buckets.service.remove import RemoveObject
from buckets.service.restore import RestoreObject
from buckets.service.verified import VerifiedBytes
from gateway.auth.accounts import AccountServices
from gateway.auth.buckets import BucketServices
from gateway.auth.credentials import KeyServices
from gateway.auth.guard import Services
from gateway.auth.logins import LoginServices
from gateway.auth.minting import Minting
from gateway.auth.objects import ObjectServices
from gateway.auth.password_attempts import PasswordAttempts
from gateway.auth.passwords import Passwords
from gateway.auth.seal import Seal
from gateway.auth.sign_in import SignIn
from gateway.auth.users import UserServices


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """What the use cases stand on.

    New buckets are placed in `placement`, no body is larger than `limit`, and `cache` bytes are held for those who read.
    """

    clock: Clock
    ids: Ids
    catalog: Catalog
    seal: Seal
    audit: AuditTrail
    store: BlobStore
    jobs: Jobs
    locks: Locks
    attempts: Attempts
    passwords: Passwords
    checksums: Checksums
    committer: Committer
    names: BlobNames
    phases: Phases
    meter: Meter
    placement: str
    limit: int
    cache: int


def services(parts: Parts) -> Services:
    catalog, ids = parts.catalog, parts.ids
    return Services(
        known=catalog,
        objects=_objects(parts),
        buckets=_buckets(parts),
        users=UserServices(accounts=catalog, add=AddUser(accounts=catalog, ids=ids), jobs=parts.jobs),
        accounts=AccountServices(accounts=catalog, make=MakeAccount(accounts=catalog, ids=ids)),
        keys=_keys(parts),
        logins=_logins(parts),
        audit=parts.audit,
    )


def sign_in(parts: Parts) -> SignIn:
    """What stands open to everybody."""
    own = _logins(parts)
    return SignIn(logins=own.logins, passwords=own.passwords, attempts=own.attempts, ids=parts.ids, clock=parts.clock)


def _logins(parts: Parts) -> LoginServices:
    return LoginServices(logins=parts.catalog, passwords=parts.passwords, attempts=PasswordAttempts(parts.attempts))


def _objects(parts: Parts) -> ObjectServices:
    catalog, committer, ids = parts.catalog, parts.committer, parts.ids
    put = _put(parts)
    blobs = HotBlobs(parts.store, parts.meter, room=parts.cache)
    verified = VerifiedBytes(objects=catalog, blobs=blobs, checksums=parts.checksums, meter=parts.meter)
    read = ReadObject(objects=catalog, verified=verified)
    remove = RemoveObject(committer=committer, ids=ids)
    copy = CopyObject(objects=catalog, read=read, put=put, committer=committer, ids=ids)
    return ObjectServices(
        put=put,
        read=read,
        remove=remove,
        copy=copy,
        move=MoveObject(copy=copy, remove=remove),
        edit=EditObject(read=read, committer=committer, ids=ids),
        restore=RestoreObject(objects=catalog, committer=committer, ids=ids),
        listing=ListObjects(objects=catalog),
        objects=catalog,
        locks=parts.locks,
    )


def _put(parts: Parts) -> PutObject:
    return PutObject(
        store=parts.store,
        checksums=parts.checksums,
        names=parts.names,
        ids=parts.ids,
        committer=parts.committer,
        phases=parts.phases,
        limit=parts.limit,
    )


def _buckets(parts: Parts) -> BucketServices:
    return BucketServices(
        buckets=parts.catalog,
        make=MakeBucket(buckets=parts.catalog, ids=parts.ids, clock=parts.clock, placement=parts.placement),
        change=ChangeBucket(buckets=parts.catalog),
        jobs=parts.jobs,
        locks=parts.locks,
    )


def _keys(parts: Parts) -> KeyServices:
    mint = Minting(credentials=parts.catalog, seal=parts.seal, ids=parts.ids)
    return KeyServices(accounts=parts.catalog, credentials=parts.catalog, mint=mint, clock=parts.clock)
