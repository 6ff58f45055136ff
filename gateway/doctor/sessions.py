"""Redis or Valkey: whether it answers soon enough, takes a key and runs our scripts."""

from collections.abc import AsyncGenerator
from contextlib import suppress
from dataclasses import dataclass

from buckets.errors import BrokenSetting, SessionsUnavailable
from buckets.ports import Clock, Meter
from buckets.sessions.link import RedisLink, SessionServer
from buckets.sessions.reasons import reason
from buckets.sessions.settings import SessionsSettings
from gateway.doctor.advice import Advice
from gateway.doctor.finding import Finding, failed, skipped, warned, well

NAME = "redis"
_WRITES = "redis.writes"
_PATIENCE = 3.0
"""Longer than the service waits: one that is slow is told from one that is away."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionsCheck:
    """One connection, as the service makes it."""

    settings: SessionsSettings
    meter: Meter
    clock: Clock
    advice: Advice

    async def ask(self) -> AsyncGenerator[Finding, None]:
        if not self.settings.url:
            yield skipped(NAME, "not set: each process knows only what it does itself")
            return
        try:
            patience = max(_PATIENCE, self.settings.timeout)
            link = RedisLink(self.settings.url.reveal(), timeout=patience, meter=self.meter, clock=self.clock)
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
            await link.ping()
            began = self.clock.monotonic()
            await link.ping()
        except SessionsUnavailable as fault:
            yield failed(NAME, reason(fault), self.advice.sessions)
            yield skipped(_WRITES, "it did not answer")
            return
        yield answered(self.clock.monotonic() - began, limit=self.settings.timeout, server=await _server(link))
        yield await _written(link)


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


async def _written(link: RedisLink) -> Finding:
    """By a script, as everything is that the service keeps there; the key goes by itself."""
    try:
        await link.check()
    except SessionsUnavailable as fault:
        return failed(_WRITES, reason(fault), "Let our user set keys and run scripts, on a primary with memory to spare.")
    return well(_WRITES, "it takes a key, and scripts run")
