"""How people sign in, in PostgreSQL. What is done to a login leaves its line in the audit in the same transaction."""

from collections.abc import Collection, Sequence

from buckets.catalog import audit, rows, statements
from buckets.catalog.lookups import Lookups
from buckets.catalog.pool import Pool, Session
from buckets.errors import NoSuchResource
from buckets.model.account import Caller, Identity, User
from buckets.model.audit import Deed
from buckets.model.commit import Origin
from buckets.model.login import Login, PasswordHolder
from buckets.names import AccountId, LoginId, UserId
from buckets.ports import Ids

_Q = statements.load("logins")


class PostgresLogins:
    """The `Logins` port."""

    _pool: Pool
    _lookups: Lookups
    _ids: Ids

    async def find_caller_by_identity(self, identity: Identity) -> Caller | None:
        return await self._lookups.identities.find(identity)

    async def add_person(self, user: User, password_hash: str, *, origin: Origin | None) -> bool:
        words = user.id, user.account, user.name, user.role, user.email, user.tier, password_hash
        async with self._pool.transaction() as session:
            made = await session.row(_Q["add_person"], *words)
            if made:
                await self._on_record(session, user.account, origin, "create_user", f"user:{user.id}")
            return made is not None

    async def find_person(self, email: str, account: AccountId | None) -> UserId | None:
        found = await self._pool.rows(_Q["find_people_by_email"], email, account)
        return UserId(found[0]["id"]) if len(found) == 1 else None

    async def find_password_by_email(self, email: str, account: AccountId | None) -> PasswordHolder | None:
        found = await self._pool.rows(_Q["find_passwords_by_email"], email, account)
        return rows.password_holder(found[0]) if len(found) == 1 else None

    async def find_password(self, user: UserId) -> PasswordHolder | None:
        row = await self._pool.row(_Q["find_password"], user)
        return rows.password_holder(row) if row else None

    async def set_password(
        self, user: UserId, password_hash: str, *, origin: Origin | None, keeping: LoginId | None = None
    ) -> None:
        async with self._pool.transaction() as session:
            row = await session.row(_Q["set_password"], user, password_hash)
            if row is None:
                raise NoSuchResource(f"users/{user}")
            await session.run(_Q["end_logins"], user, keeping)
            await self._on_record(session, row["account"], origin, "set_password", f"user:{user}")

    async def renew_password_hash(self, holder: PasswordHolder, password_hash: str) -> None:
        await self._pool.run(_Q["renew_password_hash"], holder.user, holder.password_hash, password_hash, idempotent=True)

    async def create_login(self, login: Login, *, revision: int, origin: Origin) -> bool:
        words = login.id, login.user, login.token_hash, login.agent, login.address, int(login.idle.total_seconds())
        async with self._pool.transaction() as session:
            times = login.created_at, login.seen_at, login.expires_at
            made = await session.row(_Q["create_login"], *words, *times, revision)
            if made:
                await self._on_record(session, login.account, origin, "sign_in", f"login:{login.id}")
            return made is not None

    async def find_login(self, token_hash: bytes) -> Login | None:
        return await self._lookups.logins.find(token_hash)

    async def find_login_of(self, user: UserId, login: LoginId) -> Login | None:
        row = await self._pool.row(_Q["find_login_of"], user, login)
        return rows.login(row) if row else None

    async def page_logins(self, user: UserId, *, before: LoginId | None = None, limit: int) -> Sequence[Login]:
        return [rows.login(row) for row in await self._pool.rows(_Q["page_logins"], user, before, limit)]

    async def revoke_login(self, user: UserId, login: LoginId, *, origin: Origin) -> bool:
        async with self._pool.transaction() as session:
            row = await session.row(_Q["revoke_login"], user, login)
            if row:
                await self._on_record(session, row["account"], origin, "sign_out", f"login:{login}")
            return row is not None

    async def note_seen(self, logins: Collection[LoginId]) -> None:
        await self._pool.run(_Q["note_seen"], sorted(logins), idempotent=True)

    async def forget_logins(self, *, limit: int) -> int:
        return len(await self._pool.rows(_Q["forget_logins"], limit))

    async def _on_record(self, session: Session, account: AccountId, origin: Origin | None, action: str, subject: str) -> None:
        what = origin.action if origin else action
        await audit.record(session, [(Deed(id=self._ids.uuid7(), account=account, action=what, subject=subject), origin)])
