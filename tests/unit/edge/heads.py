"""Heads of objects as a read finds them."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime

from buckets.change import head_after
from buckets.model.version import Head
from tests.factories import values

MODIFIED = datetime(2026, 11, 21, 12, 0, 0, 999_999, tzinfo=UTC)


def head(
    key: str = "a/b.bin",
    *,
    at: datetime = MODIFIED,
    content_type: str = "application/octet-stream",
    headers: Mapping[str, str] | None = None,
    metadata: Mapping[str, str] | None = None,
    filename: str | None = None,
    etag: str | None = None,
) -> Head:
    owner = values.user()
    item = values.put_item(values.bucket(owner), key, b"hello", owner=owner, name=None)
    digests = replace(item.content.digests, etag=etag or item.content.digests.etag)
    content = replace(
        item.content, content_type=content_type, headers=headers or {}, metadata=metadata or {}, filename=filename, digests=digests
    )
    return head_after(replace(item, content=content), seq=1, at=at)
