"""Requests that their callers have named: of those under one key, one runs at a time."""

from contextlib import AbstractAsyncContextManager, nullcontext

from buckets.model.commit import Idempotency, Repeatable
from buckets.ports import Running
from gateway.auth.permit import Permit


def once(running: Running, permit: Permit, named: Repeatable | Idempotency | None) -> AbstractAsyncContextManager[None]:
    """While it runs; requests without a name do not mind each other."""
    return running.hold(permit.owner, named.key) if named else nullcontext()
