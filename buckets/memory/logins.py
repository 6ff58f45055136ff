"""How people sign in, in dictionaries."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace

from buckets.errors import NoSuchResource
from buckets.memory.tables import Tables
from buckets.model.account import Caller, Identity, Status, User
from buckets.model.audit import Deed
from buckets.model.commit import Origin
from buckets.model.login import Login, PasswordHolder
from buckets.names import AccountId, LoginId, UserId


class MemoryLogins(Tables):
    """The `Logins` port. A login that was revoked is not kept."""

    __slots__ = ()

    async def find_caller_by_identity(self, identity: Identity) -> Caller | None:
        user = next((each for each in self.users.values() if identity in each.identities), None)
        if user is None or not self._is_active(user):
            return None
        return Caller(account=user.account, user=user.id, role=user.role, credential=None, tier=user.tier)

    async def add_person(self, user: User, password_hash: str, *, origin: Origin | None) -> bool:
        living = (each for each in self._who_have(user.email or "", user.account) if each.status is not Status.DELETED)
        if next(living, None):
            return False
        self.users[user.id] = user
        self.passwords[user.id] = password_hash
        self._on_record(user.account, origin, "create_user", f"user:{user.id}")
        return True

    async def find_person(self, email: str, account: AccountId | None) -> UserId | None:
        found = [user.id for user in self._who_have(email, account) if self._is_active(user)]
        return found[0] if len(found) == 1 else None

    async def find_password_by_email(self, email: str, account: AccountId | None) -> PasswordHolder | None:
        found = [holder for user in self._who_have(email, account) if (holder := self._holder(user))]
        return found[0] if len(found) == 1 else None

    async def find_password(self, user: UserId) -> PasswordHolder | None:
        found = self.users.get(user)
        return self._holder(found) if found else None

    async def set_password(
        self, user: UserId, password_hash: str, *, origin: Origin | None, keeping: LoginId | None = None
    ) -> None:
        present = self.users.get(user)
        if present is None or present.status is Status.DELETED:
            raise NoSuchResource(f"users/{user}")
        self.users[user] = replace(present, revision=present.revision + 1)
        self.passwords[user] = password_hash
        for login in [each.id for each in self.logins.values() if each.user == user and each.id != keeping]:
            del self.logins[login]
        self._on_record(present.account, origin, "set_password", f"user:{user}")

    async def renew_password_hash(self, holder: PasswordHolder, password_hash: str) -> None:
        if self.passwords.get(holder.user) == holder.password_hash:
            self.passwords[holder.user] = password_hash

    async def create_login(self, login: Login, *, revision: int, origin: Origin) -> bool:
        user = self.users.get(login.user)
        if user is None or user.revision != revision or not self._is_active(user):
            return False
        self.logins[login.id] = login
        self._on_record(login.account, origin, "sign_in", f"login:{login.id}")
        return True

    async def find_login(self, token_hash: bytes) -> Login | None:
        return next((each for each in self._good() if each.token_hash == token_hash), None)

    async def find_login_of(self, user: UserId, login: LoginId) -> Login | None:
        return next((each for each in self._good() if (each.id, each.user) == (login, user)), None)

    async def page_logins(self, user: UserId, *, before: LoginId | None = None, limit: int) -> Sequence[Login]:
        found = [each for each in self._good() if each.user == user and (before is None or each.id < before)]
        return sorted(found, key=lambda each: each.id, reverse=True)[:limit]

    async def revoke_login(self, user: UserId, login: LoginId, *, origin: Origin) -> bool:
        found = await self.find_login_of(user, login)
        if found:
            del self.logins[login]
            self._on_record(found.account, origin, "sign_out", f"login:{login}")
        return found is not None

    async def note_seen(self, logins: Collection[LoginId]) -> None:
        now = self.clock.now()
        for login in [each for each in self.logins.values() if each.id in logins and each.is_good(now)]:
            self.logins[login.id] = replace(login, seen_at=max(now, login.seen_at))

    async def forget_logins(self, *, limit: int) -> int:
        ended = [each.id for each in self.logins.values() if not each.is_good(self.clock.now())][:limit]
        for login in ended:
            del self.logins[login]
        return len(ended)

    def _good(self) -> Iterator[Login]:
        """With what their users may do now."""
        for login in self.logins.values():
            user = self.users[login.user]
            if login.is_good(self.clock.now()) and self._is_active(user):
                yield replace(login, role=user.role, tier=user.tier)

    def _who_have(self, email: str, account: AccountId | None) -> Iterator[User]:
        for user in self.users.values():
            if user.email and user.email.lower() == email.lower() and account in (None, user.account):
                yield user

    def _holder(self, user: User) -> PasswordHolder | None:
        password_hash = self.passwords.get(user.id)
        if password_hash is None or not self._is_active(user):
            return None
        return PasswordHolder(
            user=user.id,
            account=user.account,
            role=user.role,
            email=user.email or "",
            password_hash=password_hash,
            revision=user.revision,
            tier=user.tier,
        )

    def _is_active(self, user: User) -> bool:
        return user.status is self.accounts[user.account].status is Status.ACTIVE

    def _on_record(self, account: AccountId, origin: Origin | None, action: str, subject: str) -> None:
        what = origin.action if origin else action
        self.record(Deed(id=self.ids.uuid7(), account=account, action=what, subject=subject), origin)
