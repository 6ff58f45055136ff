"""Blocking calls, off the event loop."""

import asyncio
import errno
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

T = TypeVar("T")


class Threads:
    """A bounded set of threads for blocking calls; they end with this object."""

    def __init__(self, name: str, *, size: int = 8, limit: float = 30.0) -> None:
        self._pool = ThreadPoolExecutor(size, thread_name_prefix=name)
        self._limit = limit

    async def call(self, work: Callable[..., T], *args: object) -> T:
        """Run a blocking call; TimeoutError when it does not answer within the limit.

        However this returns, by cancellation too, the call has ended or will never begin: its files can be closed. Only a call that
        hangs in the kernel is left behind.
        """
        loop = asyncio.get_running_loop()
        job = self._pool.submit(work, *args)
        outcome = asyncio.wrap_future(job)
        cancelled: asyncio.CancelledError | None = None
        until = loop.time() + self._limit
        while not outcome.done() and (left := until - loop.time()) > 0:
            try:
                await asyncio.wait((outcome,), timeout=left)
            except asyncio.CancelledError as error:
                cancelled = error
                job.cancel()  # takes effect unless it has begun
        if cancelled:
            outcome.add_done_callback(_forget)
            raise cancelled
        if not outcome.done():
            job.cancel()
            outcome.add_done_callback(_forget)
            raise TimeoutError(errno.ETIMEDOUT, "it did not answer in time")
        return outcome.result()


def _forget(outcome: asyncio.Future[T]) -> None:
    """Look at what nobody waits for any more, lest the loop complain that nobody did."""
    if not outcome.cancelled():
        outcome.exception()
