"""Where a caller is signed in, and its own password."""

from collections.abc import Sequence
from dataclasses import dataclass

from buckets.errors import NoSuchResource, NotPermitted
from buckets.model.grant import EVERYTHING
from buckets.model.login import Login
from buckets.names import LoginId, UserId
from buckets.ports import Logins
from buckets.settings import Secret
from gateway.auth.password_attempts import PasswordAttempts
from gateway.auth.passwords import Passwords
from gateway.auth.permit import Permit


@dataclass(frozen=True, slots=True, kw_only=True)
class LoginServices:
    """The use cases, unguarded."""

    logins: Logins
    passwords: Passwords
    attempts: PasswordAttempts


@dataclass(frozen=True, slots=True)
class GuardedLogins:
    """What one caller may do with its own, within one request. A key that is limited is not the person itself."""

    permit: Permit
    services: LoginServices

    @property
    def current(self) -> LoginId | None:
        """The login that the request came with."""
        return self.permit.caller.login

    async def page(self, *, before: LoginId | None = None, limit: int) -> Sequence[Login]:
        return await self.services.logins.page_logins(self._user("list_sessions"), before=before, limit=limit)

    async def load(self, login: LoginId | None) -> Login:
        """One of the caller's own. One of others, or of nobody, answers like none."""
        user = self._user("get_session")
        found = await self.services.logins.find_login_of(user, login) if login else None
        if found is None:
            raise NoSuchResource(f"sessions/{login or 'current'}")
        return found

    async def revoke(self, login: LoginId | None) -> None:
        """Likewise; it is over at once."""
        user = self._user("sign_out")
        if login is None or not await self.services.logins.revoke_login(user, login, origin=self.permit.origin("sign_out")):
            raise NoSuchResource(f"sessions/{login or 'current'}")

    async def change_password(self, current: Secret, new: Secret) -> None:
        """Whoever knows the present one may have another. It ends all other logins."""
        user = self._user("set_password")
        holder = await self.services.logins.find_password(user)
        await self.services.attempts.count(holder.email if holder else str(user), self.permit.request.address)
        is_right = await self.services.passwords.verify(holder.password_hash if holder else None, current)
        if not is_right:
            raise NotPermitted("a change of the password without the present one")
        hashed = await self.services.passwords.hash(new)
        await self.services.logins.set_password(user, hashed, origin=self.permit.origin("set_password"), keeping=self.current)

    def _user(self, action: str) -> UserId:
        caller = self.permit.caller
        if caller.grant != EVERYTHING or caller.actor is not None:
            raise NotPermitted(action)
        return caller.user
