"""The connection to Redis, and its errors in our words."""

from collections.abc import Iterator
from contextlib import contextmanager

from redis.asyncio import Redis
from redis.exceptions import RedisError

from buckets.errors import SessionsUnavailable


class RedisLink:
    """One client of one server. Every wait is bounded, and a server that comes back is found again."""

    def __init__(self, url: str, *, timeout: float) -> None:
        self._client = Redis.from_url(url, socket_timeout=timeout, socket_connect_timeout=timeout)

    async def check(self) -> None:
        """Raise unless the server answers."""
        with _translated():
            await self._client.ping()

    async def close(self) -> None:
        await self._client.aclose()


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except (RedisError, OSError) as error:
        raise SessionsUnavailable from error
