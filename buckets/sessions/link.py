"""The connections to Redis: every wait is bounded, and a server that hangs is waited for once.

The client's own time limits and retries are off: they add up, and one of them drops cancellations. RESP2, because everything since
Redis 6.2 speaks it without a handshake, and because under RESP3 the client may hand out a connection with an answer left in it.
"""

import asyncio
import re
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from importlib import resources
from typing import Any, TypeAlias

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.commands.core import AsyncScript
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import MasterDownError, OutOfMemoryError, ReadOnlyError, RedisError, ResponseError
from redis.maint_notifications import MaintNotificationsConfig

from buckets.errors import BrokenSetting, SessionsUnavailable
from buckets.ports import Clock, Meter
from buckets.sessions.breaker import Breaker, Pause

SECONDS = "seawall_sessions_seconds"
"""By command: those that were sent, or waited for a connection."""

FAULTS = "seawall_sessions_faults_total"
"""By command and fault: `timeout`, `connection`, `full`, `read-only`, `refused`, or `away` of those that were not even tried."""

AWAY = "seawall_sessions_away"
"""1 while Redis is done without."""

PREFIX = "seawall:"
"""Of every key."""

Word: TypeAlias = str | int | timedelta
"""What a script can be told; times go as milliseconds."""

Reply: TypeAlias = Any
"""What a script can say: bytes, a whole number, None, or a list of these."""

_CONNECTIONS = 32
_PROBED_EVERY = 0.5

# The first that fits. What the server refuses is about one command only: that does not make it be away.
_KINDS: tuple[tuple[type[Exception], str], ...] = (
    (TimeoutError, "timeout"),
    (OutOfMemoryError, "full"),
    (ReadOnlyError, "read-only"),
    (MasterDownError, "read-only"),
    (RedisConnectionError, "connection"),
    (RedisError, "refused"),
    (OSError, "connection"),
    (RuntimeError, "connection"),  # uvloop's, of a transport that has been closed
)
_FAULTS = tuple(kind for kind, _ in _KINDS)
# Redis 6.2 says this inside of what it says of the script, and some of it has no class of its own.
_TAKES_NOTHING = re.compile(r"(?:^|-)(?:(OOM)|READONLY|MISCONF|NOREPLICAS|MASTERDOWN) ")


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionServer:
    """What a server says of itself."""

    version: str
    eviction: str
    keeps_a_log: bool


class RedisLink:
    """One server. Whoever asks waits for `timeout` seconds at most, and for nothing once somebody has done so in vain."""

    def __init__(self, url: str, *, timeout: float, meter: Meter, clock: Clock, pause: Pause = asyncio.sleep) -> None:
        self._client = _client(url)
        self._scripts = {name: self._client.register_script(source) for name, source in _sources()}
        self._room = asyncio.Semaphore(self._client.connection_pool.max_connections)
        self._timeout = timeout
        self._meter = meter
        self._clock = clock
        self.breaker = Breaker(self._probe, every=_PROBED_EVERY, pause=pause)
        meter.gauge(AWAY, lambda: float(self.breaker.is_away))

    async def run(self, command: str, *, keys: Sequence[str], args: Sequence[Word] = ()) -> Reply:
        """What the script of that name answers."""
        if self.breaker.is_away:
            self._meter.count(FAULTS, command=command, fault="away")
            raise SessionsUnavailable
        return await self._run(command, keys, args)

    async def check(self) -> None:
        """Raise unless the server answers, and takes what is written."""
        await self.run("probe", keys=["probe"])

    async def ping(self) -> None:
        """Raise unless the server answers, whatever it takes."""
        async with self._asking("ping"):
            await self._client.ping()

    async def server(self) -> SessionServer:
        """What it is; a role that may not ask gets SessionsUnavailable."""
        async with self._asking("info"):
            told = await self._client.info()
        return SessionServer(
            version=f"{told.get('server_name', 'Redis')} {told.get('valkey_version') or told.get('redis_version', '')}".strip(),
            eviction=str(told.get("maxmemory_policy", "")),
            keeps_a_log=bool(told.get("aof_enabled")),
        )

    async def close(self) -> None:
        await self.breaker.close()
        await self._client.aclose()

    async def _probe(self) -> None:
        """Over connections of its own: what the name of the server leads to may be another by now."""
        await self._client.connection_pool.disconnect(inuse_connections=False)
        await self._run("probe", ["probe"], [])

    async def _run(self, command: str, keys: Sequence[str], args: Sequence[Word]) -> Reply:
        script: AsyncScript = self._scripts[command]
        async with self._asking(command):
            return await script(keys=[PREFIX + key for key in keys], args=[_said(word) for word in args])

    @asynccontextmanager
    async def _asking(self, command: str) -> AsyncIterator[None]:
        """In time and within the room, measured; a fault is told to all who would ask next."""
        began = self._clock.monotonic()
        try:
            async with asyncio.timeout(self._timeout), self._room:
                yield
        except _FAULTS as error:
            fault = fault_of(error)
            self._meter.count(FAULTS, command=command, fault=fault)
            if fault != "refused":
                self.breaker.trip(fault)
            raise SessionsUnavailable from error
        finally:
            self._meter.observe(SECONDS, self._clock.monotonic() - began, command=command)


def fault_of(error: Exception) -> str:
    """What the meter calls it."""
    if isinstance(error, ResponseError) and (said := _TAKES_NOTHING.search(str(error))):
        return "full" if said[1] else "read-only"
    return next(name for kind, name in _KINDS if isinstance(error, kind))


def _client(url: str) -> Redis:
    """The driver's own complaint may hold the address, and with it a password."""
    try:
        return Redis.from_url(
            url,
            protocol=2,
            driver_info=None,
            maint_notifications_config=MaintNotificationsConfig(enabled=False),
            socket_timeout=None,
            socket_connect_timeout=None,
            retry=Retry(NoBackoff(), 0),
            max_connections=_CONNECTIONS,
        )
    except ValueError:
        raise BrokenSetting("sessions.url is not an address like redis://user:password@host/0") from None


def _said(word: Word) -> str | int:
    return round(word.total_seconds() * 1000) if isinstance(word, timedelta) else word


def _sources() -> Iterator[tuple[str, str]]:
    for file in (resources.files("buckets.sessions") / "scripts").iterdir():
        if file.name.endswith(".lua"):
            yield file.name.removesuffix(".lua"), file.read_text("utf-8")
