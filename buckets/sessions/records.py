"""How uploads and parts are written down in Redis, and read back by whoever trusts nothing that comes from there."""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

from buckets.errors import Invalid
from buckets.model.live_upload import LivePart, LiveUpload, UploadState, Writing
from buckets.names import AccountId, BucketId, ObjectKey, UploadId, UserId
from buckets.scalars import json_object, uuid_text, whole_number

_MOST = 1 << 53
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


class Unreadable(Exception):
    """What is there was not written by us."""


def about(upload: LiveUpload) -> str:
    """What no change of an upload changes."""
    account, user = upload.owner
    return json.dumps(
        {
            "bucket": str(upload.bucket),
            "key": upload.key,
            "account": account,
            "user": str(user),
            "begun_at": (upload.begun_at - _EPOCH) // _MICROSECOND,
            "expires_at": (upload.expires_at - _EPOCH) // _MICROSECOND,
        }
    )


def upload(named: UploadId, said: bytes, state: bytes, *numbers: bytes) -> LiveUpload:
    try:
        known = json_object(said, name="said of an upload")
        revision, parts, received = (number(each) for each in numbers)
        return LiveUpload(
            id=named,
            bucket=BucketId(uuid_text(known["bucket"], name="bucket")),
            key=ObjectKey(known["key"]),
            owner=(AccountId(known["account"]), UserId(uuid_text(known["user"], name="user"))),
            begun_at=_EPOCH + known["begun_at"] * _MICROSECOND,
            expires_at=_EPOCH + known["expires_at"] * _MICROSECOND,
            state=UploadState(state.decode()),
            revision=revision,
            parts=parts,
            received=received,
        )
    except (Invalid, ValueError, KeyError, TypeError, OverflowError) as error:
        raise Unreadable from error


def part_record(part: LivePart) -> str:
    return f"{part.revision} {part.size} {part.etag}"


def parts(records: Mapping[bytes, bytes]) -> Sequence[LivePart]:
    return sorted((_part(*each) for each in records.items()), key=lambda part: part.number)


def _part(of: bytes, record: bytes) -> LivePart:
    try:
        revision, size, etag = record.decode().split(" ", 2)
        return LivePart(number=number(of), etag=etag, size=number(size.encode()), revision=number(revision.encode()))
    except ValueError as error:
        raise Unreadable from error


def writing_record(writing: Writing) -> str:
    said = {"request": str(writing.request), "part": writing.part, "received": writing.received, "seconds": writing.seconds}
    return json.dumps(said)


def writing(record: bytes) -> Writing:
    try:
        said = json_object(record, name="said of a request")
        return Writing(
            request=uuid_text(said["request"], name="request"),
            part=int(said["part"]),
            received=int(said["received"]),
            seconds=float(said["seconds"]),
        )
    except (Invalid, ValueError, KeyError, TypeError) as error:
        raise Unreadable from error


def number(text: bytes) -> int:
    try:
        return whole_number(text.decode(), name="a number", most=_MOST)
    except (Invalid, UnicodeDecodeError) as error:
        raise Unreadable from error
