"""What runs, in all processes that share a Redis."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from hashlib import sha256

from buckets.errors import RequestRunning, SessionsUnavailable
from buckets.model.commit import Owner
from buckets.ports import Ids, Running
from buckets.sessions.link import RedisLink


@dataclass(slots=True, kw_only=True)
class RedisRunning:
    """The `Running` port. While Redis is away each process knows of those `here` only; COMMIT still keeps them apart."""

    link: RedisLink
    here: Running
    ids: Ids
    lasting: float = 30.0

    @asynccontextmanager
    async def hold(self, owner: Owner, key: str) -> AsyncIterator[None]:
        async with self.here.hold(owner, key):
            name, token = _name(owner, key), self.ids.secret(16).hex()
            await self._take(name, token)
            renewing = asyncio.create_task(self._renew(name, token))
            try:
                yield
            finally:
                renewing.cancel()
                with suppress(SessionsUnavailable):
                    await self.link.release(name, token)

    async def _take(self, name: str, token: str) -> None:
        with suppress(SessionsUnavailable):
            if not await self.link.take(name, token, seconds=self.lasting):
                raise RequestRunning

    async def _renew(self, name: str, token: str) -> None:
        while True:
            await asyncio.sleep(self.lasting / 3)
            with suppress(SessionsUnavailable):
                await self.link.prolong(name, token, seconds=self.lasting)


def _name(owner: Owner, key: str) -> str:
    """Callers choose their keys: what is stored has a length, and no character, of our own."""
    account, user = owner
    return f"running:{account}:{user}:{sha256(key.encode()).hexdigest()}"
