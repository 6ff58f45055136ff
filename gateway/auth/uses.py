"""When keys were last used: noted in memory with each request, and written out now and then."""

from datetime import datetime
from itertools import islice

from buckets.errors import StorageError
from buckets.names import CredentialId
from buckets.ports import Clock, Credentials

_ROOM = 10_000
"""How many keys are remembered between two writes; what is used beyond that is noted with its next use."""


class Uses:
    """What a process that is killed had not written out is lost: the time of last use is a hint for people, and decides nothing."""

    def __init__(self, credentials: Credentials, clock: Clock) -> None:
        self._credentials = credentials
        self._clock = clock
        self._seen: dict[CredentialId, datetime] = {}

    def note(self, credential: CredentialId) -> None:
        """One was accepted just now."""
        if credential in self._seen or len(self._seen) < _ROOM:
            self._seen[credential] = self._clock.now()

    async def write_out(self) -> None:
        """All at once; what could not be written is kept for the next time."""
        seen, self._seen = self._seen, {}
        try:
            if seen:
                await self._credentials.note_use(seen.items())
        except StorageError:
            self._seen = dict(islice((seen | self._seen).items(), _ROOM))
            raise
