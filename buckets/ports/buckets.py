"""The containers."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from buckets.model.blob import Placement
from buckets.model.bucket import Bucket
from buckets.model.commit import Idempotency, Origin
from buckets.names import (
    AccountId,
    BucketName,
)


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
