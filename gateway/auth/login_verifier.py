"""Knows a caller by the token of a sign-in, and remembers who was seen."""

from datetime import timedelta

from buckets.errors import NotAuthenticated
from buckets.model.account import Caller
from buckets.model.login import Login
from buckets.names import LoginId
from buckets.ports import Clock, Logins
from gateway.auth import login_tokens

NOTED_EVERY = timedelta(minutes=1)
_MOST_WAITING = 10_000


class SeenLogins:
    """Who used a login lately. It is written down beside the requests, of each login once a minute at most."""

    def __init__(self, logins: Logins, clock: Clock) -> None:
        self._logins = logins
        self._clock = clock
        self._waiting: set[LoginId] = set()

    def note(self, login: Login) -> None:
        if self._clock.now() - login.seen_at >= NOTED_EVERY and len(self._waiting) < _MOST_WAITING:
            self._waiting.add(login.id)

    async def flush(self) -> None:
        """What cannot be written is forgotten: the next request brings it again."""
        waiting, self._waiting = self._waiting, set()
        if waiting:
            await self._logins.note_seen(waiting)


class LoginVerifier:
    """Every request asks the catalog: what was revoked, or whoever was suspended, is refused at once."""

    def __init__(self, logins: Logins, *, seen: SeenLogins) -> None:
        self._logins = logins
        self._seen = seen

    async def verify(self, token: str) -> Caller:
        login = await self._logins.find_login(login_tokens.parse(token))
        if login is None:
            raise NotAuthenticated("there is no such sign-in, or it is over")
        self._seen.note(login)
        return login.caller
