"""Requests that their callers have named: of those under one key, one runs at a time."""

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext
from hashlib import sha256

from buckets.errors import RequestRunning
from buckets.model.commit import Idempotency, Owner, Repeatable
from buckets.ports import Locks
from gateway.auth.permit import Permit


def once(locks: Locks, permit: Permit, named: Repeatable | Idempotency | None) -> AbstractAsyncContextManager[None]:
    """While it runs; requests without a name do not mind each other. RequestRunning when another with its key does."""
    return _alone(locks, _name(permit.owner, named.key)) if named else nullcontext()


@asynccontextmanager
async def _alone(locks: Locks, name: str) -> AsyncIterator[None]:
    async with locks.hold(name) as hold:
        if hold is None:
            raise RequestRunning
        yield


def _name(owner: Owner, key: str) -> str:
    """Callers choose their keys: what is held has a length, and no character, of our own."""
    account, user = owner
    return f"request:{account}:{user}:{sha256(key.encode()).hexdigest()}"
