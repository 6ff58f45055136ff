"""Attempts, counted by all processes that share a Redis."""

from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256

from buckets.errors import SessionsUnavailable
from buckets.ports import Attempts, Counted
from buckets.sessions.link import RedisLink


@dataclass(frozen=True, slots=True, kw_only=True)
class RedisAttempts:
    """The `Attempts` port. Each process counts its own `here` as well: no Redis that is away, or forgets, gives attempts back."""

    link: RedisLink
    here: Attempts

    async def count(self, name: str, *, within: timedelta) -> Counted:
        own = await self.here.count(name, within=within)
        try:
            attempts, remaining = await self.link.run("count", keys=[_key(name)], args=[within])
        except SessionsUnavailable:
            return own
        shared = Counted(attempts, timedelta(milliseconds=remaining))
        return max(own, shared, key=lambda counted: counted.attempts)


def _key(name: str) -> str:
    """Names may hold what people are called: nobody reads them there."""
    return f"attempts:{sha256(name.encode('utf-8', 'surrogatepass')).hexdigest()}"
