"""Proofs of what became of operations: events that are announced, and such as say that there is nothing to tell.

Who lost the answer to a COMMIT reads it from here. The announcer skips the three kinds below.
"""

import json
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from buckets import errors
from buckets.catalog.commit_rows import Line, document
from buckets.catalog.rows import Row
from buckets.change import Change, head_after
from buckets.errors import CatalogUnavailable, StorageError
from buckets.model.commit import CommitItem, Committed, Deleted, DeleteItem, Outcome, Refused
from buckets.names import VersionId

_VOID, _NOTHING, _REFUSED = "void", "nothing", "refused"


def line(item: CommitItem, decided: Change | StorageError) -> Line:
    """A row of the outbox."""
    name = item.operation, item.bucket.account, item.bucket.id, item.key
    if isinstance(decided, StorageError):
        return *name, 0, _REFUSED, document({"error": type(decided).__name__, "facts": vars(decided)})
    if not decided.matters:
        return *name, 0, _NOTHING, "{}"
    return *name, decided.seq, decided.kind, document(decided.facts)


def outcome(item: CommitItem, row: Row) -> Outcome | None:
    """What a proof says; what was voided was never carried out."""
    said = json.loads(row["payload"])
    if row["kind"] == _VOID:
        return None
    if row["kind"] == _NOTHING:
        return Deleted()
    if row["kind"] == _REFUSED:
        return Refused(_error(said))
    if isinstance(item, DeleteItem):
        return Deleted(removed=_version_id(said["removed"]), marker=_version_id(said["marker"]))
    return Committed(head_after(item, seq=row["seq"], at=row["created_at"]))


def _error(said: Mapping[str, Any]) -> StorageError:
    kind = getattr(errors, said["error"], None)
    if not (isinstance(kind, type) and issubclass(kind, StorageError)):
        raise CatalogUnavailable("it holds a refusal that this program does not know")
    return kind(**said["facts"])


def _version_id(text: str | None) -> VersionId | None:
    return VersionId(UUID(text)) if text else None
