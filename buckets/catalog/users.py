"""Users in PostgreSQL. Whoever changes one holds the lock of its account, and leaves a line in the audit."""

from collections.abc import Sequence
from uuid import UUID

from buckets import people
from buckets.catalog import audit, rows, statements
from buckets.catalog.commit_rows import columns, document
from buckets.catalog.pool import Pool, Session
from buckets.errors import EmailTaken, IdentityTaken, LastOwner, NoSuchUser, Overtaken, UserOwnsObjects
from buckets.model.account import Role, Status, User
from buckets.model.audit import Deed
from buckets.model.commit import Origin
from buckets.names import AccountId, UserId
from buckets.ports import Ids

_Q = statements.load("users")
_BEFORE_ALL = UUID(int=0)
_PRESENT = (Status.ACTIVE, Status.SUSPENDED)


class PostgresUsers:
    """The part of the `Accounts` port that knows people."""

    _pool: Pool
    _ids: Ids

    async def add_user(self, user: User, *, origin: Origin) -> None:
        async with self._pool.transaction() as session:
            await session.row(_Q["lock_account"], user.account)
            await add(session, user)
            await self._record_user(session, user, origin)

    async def find_user(self, account: AccountId, user: UserId) -> User | None:
        row = await self._pool.row(_Q["find_member"], account, user)
        return rows.user(row) if row else None

    async def page_users(
        self,
        account: AccountId,
        *,
        role: Role | None = None,
        status: Status | None = None,
        email: str | None = None,
        after: UserId | None = None,
        limit: int,
    ) -> Sequence[User]:
        statuses = [status] if status else _PRESENT
        found = await self._pool.rows(_Q["page_members"], account, after or _BEFORE_ALL, statuses, role, email, limit)
        return [rows.user(row) for row in found]

    async def change_user(self, user: User, *, origin: Origin) -> User:
        async with self._pool.transaction() as session:
            present = await _locked(session, user)
            await _must_stay_led(session, present, user)
            changed = await _change(session, user)
            await self._record_user(session, user, origin)
            return changed

    async def delete_user(self, user: User, *, origin: Origin, force: bool = False) -> None:
        async with self._pool.transaction() as session:
            await _must_stay_led(session, await _locked(session, user), None)
            await session.run(_Q["lock_usage_of"], user.account, user.id)
            if not force and await session.row(_Q["owns_something"], user.account, user.id):
                raise UserOwnsObjects
            await session.run(_Q["delete_member"], user.id)
            await session.run(_Q["drop_identities"], user.id, [], [])
            await self._record_user(session, user, origin)

    async def _record_user(self, session: Session, user: User, origin: Origin) -> None:
        deed = Deed(id=self._ids.uuid7(), account=user.account, action=origin.action, subject=f"user:{user.id}")
        await audit.record(session, [(deed, origin)])


async def add(session: Session, user: User) -> None:
    """Under the lock of the account, or of one that nobody knows yet."""
    await _must_be_unlike_others(session, user)
    await session.run(_Q["add_member"], user.id, user.account, *_words(user))
    await _identify(session, user)


async def _locked(session: Session, user: User) -> User:
    """As it is, and stays for now; NoSuchUser when it is gone, Overtaken when it has another revision."""
    await session.row(_Q["lock_account"], user.account)
    await session.row(_Q["lock_member"], user.id)
    row = await session.row(_Q["find_member"], user.account, user.id)
    present = rows.user(row) if row else None
    if present is None or present.status is Status.DELETED:
        raise NoSuchUser(str(user.id))
    if present.revision != user.revision:
        raise Overtaken
    return present


async def _change(session: Session, user: User) -> User:
    await _must_be_unlike_others(session, user)
    row = await session.row(_Q["change_member"], user.id, user.revision, *_words(user))
    if row is None:
        raise Overtaken
    await _identify(session, user)
    changed = await session.row(_Q["find_member"], user.account, user.id)
    return rows.user(changed) if changed else user


async def _must_stay_led(session: Session, present: User, wanted: User | None) -> None:
    if people.gives_up_leading(present, wanted) and not await session.row(_Q["find_other_leader"], present.account, present.id):
        raise LastOwner


async def _must_be_unlike_others(session: Session, user: User) -> None:
    if user.email and await session.row(_Q["find_namesake"], user.account, user.email, user.id):
        raise EmailTaken


async def _identify(session: Session, user: User) -> None:
    names = columns(((each.issuer, each.subject) for each in user.identities), 2)
    await session.run(_Q["drop_identities"], user.id, *names)
    await session.run(_Q["add_identities"], user.id, *names)
    row = await session.row(_Q["count_identities"], user.id)
    if row is None or row["number"] != len(user.identities):
        raise IdentityTaken


def _words(user: User) -> Sequence[object]:
    return user.name, user.role, user.email, user.status, user.tier, document(user.preferences)
