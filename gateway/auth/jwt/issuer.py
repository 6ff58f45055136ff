"""The keys of the issuer, as fresh as they must be and fetched as rarely as can be."""

import asyncio
import logging
import math
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import TypeAlias

from buckets.errors import InvalidScalar, IssuerUnavailable, StorageError
from buckets.ports import Clock
from gateway.auth.jwt.key_set import KeySet, PublicKey
from gateway.auth.jwt.token import Token

Fetch: TypeAlias = Callable[[], Awaitable[bytes]]
"""The document with the keys. Bounded in time and in size; any StorageError says that it cannot be had."""

OLDEST = 300.0
"""After so many seconds nothing is believed of a set before it was fetched again."""
_RENEWED = 240.0
_PAUSE = 60.0

_log = logging.getLogger(__name__)


class Issuer:
    """Knows the key of a token.

    The set is fetched once a minute at most, however many ask and whatever keys their tokens name, and renewed beside the requests
    before it is too old. While it cannot be fetched, the keys that are known stay.
    """

    def __init__(self, fetch: Fetch, *, clock: Clock) -> None:
        self._fetch = fetch
        self._clock = clock
        self._keys: KeySet | None = None
        self._fetched = 0.0
        self._tried: float | None = None
        self._fetching: asyncio.Task[None] | None = None

    async def find(self, token: Token) -> PublicKey | None:
        """IssuerUnavailable when no set was ever fetched."""
        if self._age() > _RENEWED:
            self._renew()
        key = self._known(token)
        if key is None or self._age() > OLDEST:
            await self._renewed()
            key = self._known(token)
        if self._keys is None:
            raise IssuerUnavailable(retry_after=round(_PAUSE))
        return key

    async def close(self) -> None:
        if self._fetching:
            self._fetching.cancel()
            with suppress(asyncio.CancelledError):
                await self._fetching

    def _known(self, token: Token) -> PublicKey | None:
        return self._keys.find(token) if self._keys else None

    def _age(self) -> float:
        return self._clock.monotonic() - self._fetched if self._keys is not None else math.inf

    async def _renewed(self) -> None:
        """Whoever leaves does not take the fetch along: others wait for it."""
        self._renew()
        if self._fetching:
            await asyncio.shield(self._fetching)

    def _renew(self) -> None:
        now = self._clock.monotonic()
        if self._fetching is None and (self._tried is None or now - self._tried >= _PAUSE):
            self._tried = now
            self._fetching = asyncio.create_task(self._replace())

    async def _replace(self) -> None:
        asked = self._clock.monotonic()
        try:
            self._keys = KeySet.parse(await self._fetch())
            self._fetched = asked
        except (StorageError, InvalidScalar) as fault:
            _log.warning("The keys of the issuer of tokens could not be fetched: %s", fault)
        except Exception:  # noqa: BLE001  # whatever it was, the keys that are known stay, and a minute later it is tried again
            _log.exception("fetching the keys of the issuer broke")
        finally:
            self._fetching = None
