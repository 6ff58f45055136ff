"""The connection to Redis, and its errors in our words."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import resources

from redis.asyncio import Redis
from redis.exceptions import RedisError

from buckets.errors import BrokenSetting, SessionsUnavailable


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionServer:
    """What a server says of itself."""

    version: str
    eviction: str
    keeps_a_log: bool


class RedisLink:
    """One client of one server. Every wait is bounded, and a server that comes back is found again."""

    def __init__(self, url: str, *, timeout: float) -> None:
        self._client = _client(url, timeout)
        self._prolong = self._client.register_script(_script("prolong"))
        self._release = self._client.register_script(_script("release"))

    async def check(self) -> None:
        """Raise unless the server answers."""
        with _translated():
            await self._client.ping()

    async def take(self, name: str, token: str, *, seconds: float) -> bool:
        """Make a name ours for a while; False when it is somebody's."""
        with _translated():
            return bool(await self._client.set(name, token, nx=True, px=_milliseconds(seconds)))

    async def prolong(self, name: str, token: str, *, seconds: float) -> None:
        """Keep a name that is ours; one that ran out and is nobody's is taken again."""
        with _translated():
            await self._prolong(keys=[name], args=[token, _milliseconds(seconds)])

    async def release(self, name: str, token: str) -> None:
        """Let go of a name, if it is ours still."""
        with _translated():
            await self._release(keys=[name], args=[token])

    async def server(self) -> SessionServer:
        """What it is; a role that may not ask gets SessionsUnavailable."""
        with _translated():
            told = await self._client.info()
        return SessionServer(
            version=f"{told.get('server_name', 'Redis')} {told.get('valkey_version') or told.get('redis_version', '')}".strip(),
            eviction=str(told.get("maxmemory_policy", "")),
            keeps_a_log=bool(told.get("aof_enabled")),
        )

    async def close(self) -> None:
        await self._client.aclose()


def _client(url: str, timeout: float) -> Redis:
    """The driver's own complaint may hold the address, and with it a password."""
    try:
        return Redis.from_url(url, socket_timeout=timeout, socket_connect_timeout=timeout)
    except ValueError:
        raise BrokenSetting("sessions.url is not an address like redis://user:password@host/0") from None


def _script(name: str) -> str:
    return (resources.files("buckets.sessions") / "scripts" / f"{name}.lua").read_text("utf-8")


def _milliseconds(seconds: float) -> int:
    return round(seconds * 1000)


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except (RedisError, OSError) as error:
        raise SessionsUnavailable from error
