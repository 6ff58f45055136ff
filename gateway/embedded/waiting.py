"""Waiting with a bound for something that can only be asked for."""

import asyncio
import time
from collections.abc import Awaitable, Callable

from gateway.embedded.problems import StartupProblem

_PAUSE = 0.005


def wait_until(condition: Callable[[], bool], *, timeout: float, otherwise: str) -> None:
    """Block until the condition holds; a StartupProblem with the text when it does not in time."""
    deadline = time.monotonic() + timeout
    while not condition():
        _check(deadline, otherwise)
        time.sleep(_PAUSE)


async def until(ask: Callable[[], Awaitable[bool]], *, timeout: float, otherwise: str) -> None:
    """The same without blocking."""
    deadline = time.monotonic() + timeout
    while not await ask():
        _check(deadline, otherwise)
        await asyncio.sleep(_PAUSE)


def _check(deadline: float, otherwise: str) -> None:
    if time.monotonic() > deadline:
        raise StartupProblem(otherwise)
