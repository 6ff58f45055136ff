"""Passwords: kept as argon2id hashes, which take long on purpose and stay off the event loop.

https://www.rfc-editor.org/rfc/rfc9106
"""

import asyncio
import base64
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TypeVar

from argon2 import PasswordHasher, Type
from argon2.exceptions import InvalidHashError, VerificationError, VerifyMismatchError

from buckets.errors import InvalidScalar, PasswordsBusy
from buckets.ports import Ids
from buckets.settings import Secret

SHORTEST, LONGEST = 8, 128
_AT_ONCE = 4
_PATIENCE = 3.0
_SALT, _HASH = 16, 32

_log = logging.getLogger(__name__)
A = TypeVar("A")


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """What a guess costs: passes over so many KiB, by so many threads."""

    passes: int = 3
    kibibytes: int = 64 << 10
    threads: int = 4


def chosen(text: str) -> Secret:
    """A password that somebody wants to have. Its characters are taken as they are."""
    if not SHORTEST <= len(text) <= LONGEST:
        raise InvalidScalar("The password", f"it takes {SHORTEST} to {LONGEST} characters")
    return Secret(text)


class Passwords:
    """Hashes and verifies, a few at a time; who waits too long gets PasswordsBusy."""

    def __init__(self, *, ids: Ids, cost: Cost = Cost(), patience: float = _PATIENCE) -> None:  # it is frozen
        self._hasher = PasswordHasher(
            cost.passes, cost.kibibytes, cost.threads, hash_len=_HASH, salt_len=_SALT, encoding="utf-8", type=Type.ID
        )
        self._decoy = _decoy(cost, ids)
        self._patience = patience
        self._room = asyncio.Semaphore(_AT_ONCE)
        self._threads = ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="passwords")

    async def hash(self, password: Secret) -> str:
        return await self._in_a_thread(lambda: self._hasher.hash(password.reveal()))

    async def verify(self, password_hash: str | None, password: Secret) -> bool:
        """Without a hash the same work is done, in vain: how long it takes does not tell whether there is one."""
        return await self._in_a_thread(lambda: self._verify(password_hash or self._decoy, password))

    def is_outdated(self, password_hash: str) -> bool:
        """Whether it was made at another cost."""
        return self._hasher.check_needs_rehash(password_hash)

    def close(self) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)

    def _verify(self, password_hash: str, password: Secret) -> bool:
        try:
            return self._hasher.verify(password_hash, password.reveal())
        except VerifyMismatchError:
            return False
        except (VerificationError, InvalidHashError):
            _log.exception("a password hash could not be verified")
            return False

    async def _in_a_thread(self, work: Callable[[], A]) -> A:
        try:
            async with asyncio.timeout(self._patience):
                await self._room.acquire()
        except TimeoutError as error:
            raise PasswordsBusy from error
        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, work)
        finally:
            self._room.release()


def _decoy(cost: Cost, ids: Ids) -> str:
    """A hash of no password at all that costs as much to verify as any."""
    salt, digest = (base64.b64encode(ids.secret(size)).decode("ascii").rstrip("=") for size in (_SALT, _HASH))
    return f"$argon2id$v=19$m={cost.kibibytes},t={cost.passes},p={cost.threads}${salt}${digest}"
