"""Redis or Valkey: whether it answers soon enough, takes a key and runs our scripts."""

from collections.abc import AsyncGenerator
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta

from buckets.errors import BrokenSetting, SessionsUnavailable
from buckets.ports import Clock, Ids, Meter
from buckets.sessions.link import RedisLink, SessionServer
from buckets.sessions.reasons import reason
from buckets.sessions.settings import SessionsSettings
from gateway.doctor.advice import Advice
from gateway.doctor.finding import Finding, failed, skipped, warned, well

NAME = "redis"
_WRITES = "redis.writes"
_LASTING = timedelta(seconds=10)
"""A key that could not be removed goes by itself after that."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionsCheck:
    """One connection, as the service makes it."""

    settings: SessionsSettings
    meter: Meter
    clock: Clock
    ids: Ids
    advice: Advice

    async def ask(self) -> AsyncGenerator[Finding, None]:
        if not self.settings.url:
            yield skipped(NAME, "not set: each process knows only what it does itself")
            return
        try:
            link = RedisLink(self.settings.url.reveal(), timeout=self.settings.timeout, meter=self.meter, clock=self.clock)
        except BrokenSetting as fault:
            yield failed(NAME, fault.problem, "Set sessions.url anew.")
            return
        try:
            async for finding in self._told(link):
                yield finding
        finally:
            await link.close()

    async def _told(self, link: RedisLink) -> AsyncGenerator[Finding, None]:
        try:
            await link.check()
            began = self.clock.monotonic()
            await link.check()
        except SessionsUnavailable as fault:
            yield failed(NAME, reason(fault), self.advice.sessions)
            yield skipped(_WRITES, "it did not answer")
            return
        yield answered(self.clock.monotonic() - began, limit=self.settings.timeout, server=await _server(link))
        yield await self._written(link)

    async def _written(self, link: RedisLink) -> Finding:
        """As a request that must not run twice is held: taken, seen by others, prolonged and released by our scripts."""
        probe = _Probe(link, f"doctor:{self.ids.uuid7()}", self.ids.secret(16).hex())
        try:
            return await probe.finding()
        except SessionsUnavailable as fault:
            return failed(_WRITES, reason(fault), "Let our user set keys and run scripts, on a primary with memory to spare.")
        finally:
            with suppress(SessionsUnavailable):
                await probe.release()


@dataclass(frozen=True, slots=True)
class _Probe:
    """A name that is taken and let go of."""

    link: RedisLink
    name: str
    token: str

    async def finding(self) -> Finding:
        if not await self._is_taken(self.token) or await self._is_taken("another"):
            return failed(_WRITES, "it does not keep what it is given", "See that sessions.url leads to one primary.")
        await self.link.run("prolong", keys=[self.name], args=[self.token, _LASTING])
        await self.release()
        if not await self._is_taken(self.token):
            return failed(_WRITES, "a key that was removed is still there", "See that sessions.url leads to one primary.")
        return well(_WRITES, "keys are set, kept and removed, and scripts run")

    async def release(self) -> None:
        await self.link.run("release", keys=[self.name], args=[self.token])

    async def _is_taken(self, token: str) -> bool:
        return await self.link.run("take", keys=[self.name, "fence"], args=[token, _LASTING, 0]) is not None


def answered(seconds: float, *, limit: float, server: SessionServer | None) -> Finding:
    found = f"{_described(server)}; it answers in {1000 * seconds:.1f} ms"
    if seconds > limit / 2:
        return warned(NAME, found, f"Bring it nearer, or raise sessions.timeout: after {limit:g} s it is done without.")
    return well(NAME, found)


def _described(server: SessionServer | None) -> str:
    if server is None:
        return "it does not say what it is"
    log = "keeps a log" if server.keeps_a_log else "keeps no log: a restart forgets what it held, which costs speed only"
    return f"{server.version}, {server.eviction}, {log}"


async def _server(link: RedisLink) -> SessionServer | None:
    with suppress(SessionsUnavailable):
        return await link.server()
    return None
