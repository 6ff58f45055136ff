"""What is said of a user."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any, Self

from buckets.model.account import Identity, Role, Status, User


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """What a user is told to be when it is made, and may be told otherwise later; each stands in `User` under the same name."""

    name: str
    role: Role = Role.USER
    email: str | None = None
    status: Status = Status.ACTIVE
    preferences: Mapping[str, Any] = field(default_factory=dict)
    identities: frozenset[Identity] = frozenset()

    @classmethod
    def of(cls, user: User) -> Self:
        return cls(**{each.name: getattr(user, each.name) for each in fields(cls)})

    def applied_to(self, user: User) -> User:
        return replace(user, **{each.name: getattr(self, each.name) for each in fields(self)})
