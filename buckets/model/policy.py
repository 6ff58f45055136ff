"""What a bucket says of who may do what with its content, beyond what roles and visibility say."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Self
from uuid import UUID

from buckets.errors import InvalidScalar
from buckets.model.account import Caller, Role
from buckets.model.action import OF_CONTENT, Access, Action
from buckets.names import AccountId
from buckets.scalars import uuid_text

MOST_STATEMENTS = 50

_ANYONE = "anyone"


class Effect(StrEnum):
    """What a statement does with whom it meets."""

    ALLOW = "allow"
    DENY = "deny"


class Kind(StrEnum):
    """By what callers are told apart."""

    ANYONE = _ANYONE
    ACCOUNT = "account"
    USER = "user"
    ROLE = "role"


@dataclass(frozen=True, slots=True)
class Who:
    """Some callers: `anyone`, with a credential or without; `account:ID`; `user:ID`; or `role:NAME` in the bucket's own account."""

    kind: Kind
    name: str = ""

    @classmethod
    def parse(cls, text: str) -> Self:
        kind, colon, name = text.partition(":")
        match kind, bool(colon):
            case Kind.ANYONE, False:
                return cls(Kind.ANYONE)
            case Kind.ACCOUNT, True:
                return cls(Kind.ACCOUNT, AccountId(name))
            case Kind.USER, True:
                return cls(Kind.USER, str(uuid_text(name, name="The user of a statement")))
            case Kind.ROLE, True if name in set(Role):
                return cls(Kind.ROLE, name)
        raise InvalidScalar("The who of a statement", "anyone, account:ID, user:ID or role:NAME was expected")

    def __str__(self) -> str:
        return f"{self.kind}:{self.name}" if self.name else self.kind

    def meets(self, caller: Caller | None, home: AccountId) -> bool:
        """Whether the caller is one of them, whose account may be another than that of the bucket."""
        match self.kind:
            case Kind.ANYONE:
                return True
            case Kind.ACCOUNT:
                return caller is not None and caller.account == self.name
            case Kind.USER:
                return caller is not None and UUID(self.name) in (caller.user, caller.actor)
            case Kind.ROLE:
                return caller is not None and caller.account == home and caller.role == self.name


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """One rule, by a name that tells it from others. It speaks of content only: nobody locks an owner out of the rules."""

    name: str
    effect: Effect
    who: frozenset[Who]
    actions: frozenset[Action]
    prefix: str = ""

    def __post_init__(self) -> None:
        if not self.actions <= OF_CONTENT:
            raise InvalidScalar("The actions of a statement", "they can only be about what a bucket holds")
        if self._gives_strangers() and any(action.access is not Access.READ for action in self.actions):
            raise InvalidScalar("The actions of a statement", "whoever is not of the account can only be allowed to read")

    def speaks_of(self, action: Action, key: str | None, caller: Caller | None, home: AccountId) -> bool:
        """Of a bucket as a whole, where no prefix narrows it down."""
        about = action in self.actions and (key or "").startswith(self.prefix)
        return about and any(who.meets(caller, home) for who in self.who)

    def _gives_strangers(self) -> bool:
        """Writers are charged, and only people of the account have something that they can be charged with."""
        return self.effect is Effect.ALLOW and any(who.kind in (Kind.ANYONE, Kind.ACCOUNT) for who in self.who)
