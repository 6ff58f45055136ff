"""Calls that may block for ever, off the event loop: a pipe that nobody fills, a terminal that nobody types at."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from threading import Thread
from typing import TypeVar

T = TypeVar("T")


async def apart(call: Callable[[], T]) -> T:
    """What it returns or raises. Its thread is waited for by nobody when the process ends, as a pool's would be."""
    loop = asyncio.get_running_loop()
    outcome: asyncio.Future[T] = loop.create_future()
    Thread(target=_run, args=(call, loop, outcome), daemon=True).start()
    return await outcome


def _run(call: Callable[[], T], loop: asyncio.AbstractEventLoop, outcome: asyncio.Future[T]) -> None:
    settle: Callable[[], None]
    try:
        value = call()
    except Exception as error:  # noqa: BLE001  # it is raised where the call is awaited
        raised = error
        settle = lambda: None if outcome.done() else outcome.set_exception(raised)  # noqa: E731
    else:
        settle = lambda: None if outcome.done() else outcome.set_result(value)  # noqa: E731
    with suppress(RuntimeError):  # the loop may have ended meanwhile
        loop.call_soon_threadsafe(settle)
