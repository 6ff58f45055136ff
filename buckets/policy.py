"""Who may do what: one decision for everything that is asked about, from facts alone.

1. A credential that does not reach as far is refused, whoever brings it.
2. A statement of the bucket that denies wins over all that allows.
3. Whoever is of the account may do what its role says; a plain user changes and deletes only what is its own.
4. A statement of the bucket may allow more, and others.
5. What is public may be read by anybody.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, auto
from types import MappingProxyType

from buckets.model.account import Caller, Role
from buckets.model.action import Access, Action
from buckets.model.bucket import Bucket, Visibility
from buckets.model.policy import Effect


class Ruling(Enum):
    """What is decided. Two of them are about the object, which is looked at when it is known."""

    YES = auto()
    NO = auto()
    IF_OWN = auto()
    """A new name, or an object that is the caller's own."""
    IF_PUBLIC = auto()
    """An object that is public, by itself or because its bucket is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What is asked. Without a caller nobody has said who it is; without a bucket it is about the caller's account."""

    caller: Caller | None
    action: Action
    bucket: Bucket | None = None
    key: str | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """The ruling, and the rule that decided: scope, policy:NAME, role, ownership, visibility, account or anonymous."""

    ruling: Ruling
    rule: str


_CONTENT = frozenset({Access.READ, Access.WRITE, Access.DELETE})
ALLOWED: Mapping[Role, frozenset[Access]] = MappingProxyType(
    {
        Role.OWNER: frozenset(Access),
        Role.ADMIN: frozenset(Access),
        Role.SERVICE: _CONTENT,
        Role.USER: _CONTENT,
        Role.READ_ONLY: frozenset({Access.READ}),
    }
)
"""What the roles may do in their account."""

_BY_ROLE, _NOT_BY_ROLE = Verdict(Ruling.YES, "role"), Verdict(Ruling.NO, "role")
_BY_OWNERSHIP = Verdict(Ruling.IF_OWN, "ownership")
_BY_VISIBILITY = Verdict(Ruling.IF_PUBLIC, "visibility")
_OUT_OF_SCOPE, _STRANGER, _NOBODY = (Verdict(Ruling.NO, rule) for rule in ("scope", "account", "anonymous"))


def decide(question: Question) -> Verdict:
    caller, bucket = question.caller, question.bucket
    if caller and not caller.grant.allows(question.action, bucket.name if bucket else None, question.key):
        return _OUT_OF_SCOPE
    denied = _stated(question, Effect.DENY)
    if denied:
        return denied
    by_role = _by_role(question)
    if by_role is _BY_ROLE:
        return by_role
    allowed = _stated(question, Effect.ALLOW)
    if allowed:
        return allowed
    return _BY_VISIBILITY if by_role.ruling is Ruling.NO and bucket and question.action is Action.GET_OBJECT else by_role


def _by_role(question: Question) -> Verdict:
    caller, bucket, access = question.caller, question.bucket, question.action.access
    if caller is None:
        return _NOBODY
    if bucket and bucket.account != caller.account:
        return _STRANGER
    if access not in ALLOWED[caller.role]:
        return _NOT_BY_ROLE
    return _BY_OWNERSHIP if caller.role is Role.USER and access in (Access.WRITE, Access.DELETE) else _BY_ROLE


def _stated(question: Question, effect: Effect) -> Verdict | None:
    """By the first statement of the bucket that speaks of it."""
    bucket = question.bucket
    if bucket is None:
        return None
    for statement in bucket.policy:
        if statement.effect is effect and statement.speaks_of(question.action, question.key, question.caller, bucket.account):
            return Verdict(Ruling.YES if effect is Effect.ALLOW else Ruling.NO, f"policy:{statement.name}")
    return None


def is_public(bucket: Bucket, visibility: Visibility | None) -> bool:
    """What an object says of itself, or else what its bucket says."""
    return (visibility or bucket.visibility) is Visibility.PUBLIC
