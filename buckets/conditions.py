"""Compare-and-set, decided: may this write replace that head? No I/O."""

from buckets.errors import NoSuchObject, Overtaken, PreconditionFailed, StorageError
from buckets.model.commit import Condition


def refusal(condition: Condition, etag: str | None, seq: int, *, bucket: str, key: str) -> StorageError | None:
    """Why a write under this condition loses against a head with that entity tag (None: there is no object), if it does."""
    if condition.absent and etag is not None:
        return PreconditionFailed("If-None-Match")
    if etag is None and (condition.present or condition.etag is not None):
        return NoSuchObject(bucket, key)
    if condition.etag not in (None, etag):
        return PreconditionFailed("If-Match")
    return None if condition.seq in (None, seq) else Overtaken()
