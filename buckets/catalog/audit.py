"""Lines of the audit: every change is on record in the transaction that makes it."""

from collections.abc import Iterable, Sequence
from typing import Any

from buckets.catalog import statements
from buckets.catalog.commit_rows import columns
from buckets.catalog.pool import Session
from buckets.model.audit import Deed, Doer
from buckets.model.commit import Origin

_Q = statements.load("commit")


async def record(session: Session, deeds: Iterable[tuple[Deed, Origin | None]]) -> None:
    """Each with where it came from; without an origin it was the program itself."""
    values = columns((_line(deed, Doer.of(origin)) for deed, origin in deeds), 16)
    if values[0]:
        await session.run(_Q["add_audit"], *values)


def _line(deed: Deed, doer: Doer) -> Sequence[Any]:
    who = doer.actor, doer.on_behalf_of, doer.credential
    what = deed.action, deed.bucket, deed.key, deed.version, deed.subject, deed.result, deed.reason
    return deed.id, deed.account, *who, *what, doer.address, doer.agent, doer.request_id, deed.size
