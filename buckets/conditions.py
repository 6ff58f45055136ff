"""Compare-and-set, decided: may this write replace that head? No I/O."""

from buckets.errors import NoSuchObject, PreconditionFailed, StorageError
from buckets.model.commit import Condition


def refusal(condition: Condition, etag: str | None, *, bucket: str, key: str) -> StorageError | None:
    """Why a write under this condition loses against a head with that entity tag (None: there is no object), if it does."""
    if condition.absent and etag is not None:
        return PreconditionFailed("If-None-Match")
    if condition.etag is None:
        return None
    if etag is None:
        return NoSuchObject(bucket, key)
    return None if condition.etag == etag else PreconditionFailed("If-Match")
