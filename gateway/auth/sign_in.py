"""Signing in with a password. Whoever is wrong learns nothing: not who exists, not how nearly, not by how long it takes."""

from dataclasses import dataclass
from datetime import timedelta

from buckets.errors import NotAuthenticated
from buckets.model.commit import Origin
from buckets.model.login import Login, PasswordHolder
from buckets.names import AccountId, LoginId
from buckets.ports import Clock, Ids, Logins
from buckets.settings import Secret
from gateway.auth import login_tokens
from gateway.auth.password_attempts import PasswordAttempts
from gateway.auth.passwords import Passwords
from gateway.auth.permit import Request

_WRONG = "the address, the account or the password is wrong"


@dataclass(frozen=True, slots=True)
class Lasting:
    """How long a login is good when it is not used, and when it is."""

    idle: timedelta
    most: timedelta


PASSING = Lasting(timedelta(hours=24), timedelta(days=7))
REMEMBERED = Lasting(timedelta(days=7), timedelta(days=30))


@dataclass(frozen=True, slots=True, kw_only=True)
class Claimed:
    """Who somebody says to be. An address that users of several accounts have needs the account."""

    email: str
    password: Secret
    account: AccountId | None = None
    remember: bool = False


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A fresh login, and its token, which is shown this once."""

    login: Login
    minted: login_tokens.MintedLogin


@dataclass(frozen=True, slots=True, kw_only=True)
class SignIn:
    """Lets people in."""

    logins: Logins
    passwords: Passwords
    attempts: PasswordAttempts
    ids: Ids
    clock: Clock

    async def __call__(self, claimed: Claimed, request: Request) -> SignedIn:
        """NotAuthenticated for whoever it is not, TooManyAttempts for whoever has tried too often."""
        await self.attempts.count(claimed.email, request.address)
        holder = await self.logins.find_password_by_email(claimed.email, claimed.account)
        is_right = await self.passwords.verify(holder.password_hash if holder else None, claimed.password)
        if holder is None or not is_right:
            raise NotAuthenticated(_WRONG)
        await self._keep_up(holder, claimed.password)
        return await self._let_in(holder, REMEMBERED if claimed.remember else PASSING, request)

    async def _keep_up(self, holder: PasswordHolder, password: Secret) -> None:
        """A hash that was made at another cost is made anew while the password is at hand."""
        if self.passwords.is_outdated(holder.password_hash):
            await self.logins.renew_password_hash(holder, await self.passwords.hash(password))

    async def _let_in(self, holder: PasswordHolder, lasting: Lasting, request: Request) -> SignedIn:
        minted = login_tokens.mint(self.ids)
        login = self._login(holder, lasting, request, minted.token_hash)
        origin = Origin(caller=login.caller, request_id=request.id, action="sign_in", address=request.address, agent=request.agent)
        if not await self.logins.create_login(login, revision=holder.revision, origin=origin):
            raise NotAuthenticated(_WRONG)  # it was changed at this very moment
        return SignedIn(login, minted)

    def _login(self, holder: PasswordHolder, lasting: Lasting, request: Request, token_hash: bytes) -> Login:
        now = self.clock.now()
        return Login(
            id=LoginId(self.ids.uuid7()),
            user=holder.user,
            account=holder.account,
            role=holder.role,
            token_hash=token_hash,
            idle=lasting.idle,
            created_at=now,
            seen_at=now,
            expires_at=now + lasting.most,
            agent=request.agent,
            address=request.address,
            tier=holder.tier,
        )
