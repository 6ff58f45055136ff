"""The clock and the randomness of this machine, behind the `Clock` and `Ids` ports."""

import ctypes
import gc
import os
import time
from datetime import UTC, datetime
from uuid import UUID


class SystemClock:
    """The `Clock` port."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    def monotonic(self) -> float:
        return time.monotonic()


class SystemIds:
    """The `Ids` port."""

    def uuid7(self) -> UUID:
        """RFC 9562: 48 bits of milliseconds, then a finer fraction of the time so that ids of one process sort, then randomness."""
        milliseconds, rest = divmod(time.time_ns(), 1_000_000)
        fraction = rest * 4096 // 1_000_000
        random = int.from_bytes(os.urandom(8), "big") >> 2
        return UUID(int=milliseconds << 80 | 0x7 << 76 | fraction << 64 | 0b10 << 62 | random)

    def secret(self, size: int) -> bytes:
        return os.urandom(size)


def settle_down() -> None:
    """What is there now stays, mostly: from here on the garbage collector need not look through it again and again."""
    gc.collect()
    gc.freeze()


def give_memory_back() -> None:
    """What broken conversations left in cycles is freed, and free pages go to the kernel, for glibc would keep most of them."""
    gc.collect()
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim:
        trim(0)
