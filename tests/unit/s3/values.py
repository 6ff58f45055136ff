"""What the documents are about, with fixed times and names."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Literal
from uuid import UUID

from hypothesis import strategies as st

from buckets.model.bucket import Bucket
from buckets.model.page import Folder
from buckets.model.version import Content, Digests, Head, ScanState
from buckets.names import AccountId, BucketId, BucketName, ObjectKey, UserId, VersionId
from gateway.s3.xml.listing import Shown
from gateway.s3.xml.person import Person

ACCOUNT = AccountId("123456789012")
BUCKET = BucketId(UUID(int=1))
USER = UserId(UUID(int=2))
OWNER = Person(id="75aa57f09aa0c8caeab4f8c24e99d10f8e7faeebf76c078efc7c6caea54ba06a", name="Ada & Söhne")
WHEN = datetime(2026, 11, 21, 12, 3, 0, 123456, tzinfo=UTC)
ETAG = "fba9dede5f27731c9771645a39863328"

LISTABLE = st.characters(codec="utf-8", exclude_categories=("Cc", "Cs"), exclude_characters="\ufffe\uffff") | st.sampled_from(
    "\t\n\r\x7f\x85"
)
"""Characters that a key may hold."""

HOSTILE = [
    "<a>&\"']]>",
    "&amp;&#13;",
    "line\nline\r\nline\r",
    "\ttab\t",
    "  two blanks  ",
    " ",
    "\n",
    "a+b c%20d",
    "~*/-_.",
    "é",
    "e\u0301",
    "\u202egnp.exe",
    "\ufeff",
    "\ufffd",
    "\x7f\x85\u2028",
    "😀\U0010fffd",
    "../..//",
    "<![CDATA[<!-- -->]]>",
    "x" * 1024,
]


def head(key: str, *, size: int = 434234, etag: str = ETAG, at: datetime = WHEN) -> Head:
    content = Content(size=size, digests=Digests(etag=etag, crc32c=0), content_type="text/plain")
    return Head(
        bucket=BUCKET,
        key=ObjectKey(key),
        version=VersionId(UUID(int=3)),
        seq=1,
        account=ACCOUNT,
        owner=USER,
        content=content,
        state=ScanState.CLEAN,
        visibility=None,
        first=None,
        extents=1,
        layout=1,
        modified_at=at,
    )


def bucket(name: str, *, age: timedelta = timedelta()) -> Bucket:
    return Bucket(id=BUCKET, name=BucketName(name), account=ACCOUNT, owner=USER, placement="default", created_at=WHEN - age)


def shown(
    entries: Iterable[Head | Folder],
    *,
    prefix: str = "",
    delimiter: str | None = None,
    encoding_type: Literal["url"] | None = None,
    truncated: bool = False,
) -> Shown:
    return Shown(
        bucket="photos",
        prefix=prefix,
        delimiter=delimiter,
        max_keys=1000,
        encoding_type=encoding_type,
        truncated=truncated,
        entries=tuple(entries),
    )
