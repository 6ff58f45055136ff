"""What the processes agree on among themselves: over Redis, or, without one, each for itself."""

from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass

from buckets.memory.attempts import MemoryAttempts
from buckets.memory.locks import MemoryLocks
from buckets.ports import Attempts, Clock, Ids, Locks, Meter
from buckets.sessions.attempts import RedisAttempts
from buckets.sessions.link import RedisLink
from buckets.sessions.locks import RedisLocks
from buckets.sessions.settings import SessionsSettings
from gateway.observe.health import Check


@dataclass(frozen=True, slots=True, kw_only=True)
class Coordination:
    locks: Locks
    attempts: Attempts
    checks: Sequence[Check] = ()


def coordination(settings: SessionsSettings, meter: Meter, clock: Clock, ids: Ids, stack: AsyncExitStack) -> Coordination:
    """Redis costs speed when it is away, never an answer: the service is ready without it. Closed by the stack."""
    here, own = MemoryLocks(clock), MemoryAttempts(clock)
    if not settings.url:
        return Coordination(locks=here, attempts=own)
    link = RedisLink(settings.url.reveal(), timeout=settings.timeout, meter=meter, clock=clock)
    stack.push_async_callback(link.close)
    return Coordination(
        locks=RedisLocks(link=link, here=here, ids=ids, clock=clock),
        attempts=RedisAttempts(link=link, here=own),
        checks=[Check(name="sessions", ask=link.check, required=False)],
    )
