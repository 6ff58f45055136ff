"""Users as JSON documents, and what such a document makes of what is said of a user."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from enum import StrEnum
from typing import Annotated, Any, TypeAlias, TypeVar
from uuid import UUID

import msgspec
from msgspec import UNSET, Meta, UnsetType

from buckets import preferences
from buckets.model.account import Identity, Role, Status, User
from buckets.model.profile import Profile
from buckets.names import EmailAddress
from gateway.rest.surroundings import Surroundings

T = TypeVar("T")

Title: TypeAlias = Annotated[str, Meta(min_length=1, max_length=200)]
Address: TypeAlias = Annotated[str, Meta(max_length=EmailAddress.limit)]
Preferences: TypeAlias = dict[str, Any]
Word: TypeAlias = Annotated[str, Meta(pattern=r"^[ -~]{1,255}(?!\n)$")]


class Standing(StrEnum):
    """What a document can make of the status of a user or an account."""

    ACTIVE = "active"
    SUSPENDED = "suspended"


class IdentityDocument(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A user as another service knows it: who says so, and what it calls the user there."""

    issuer: Word
    subject: Word


Identities: TypeAlias = Annotated[list[IdentityDocument], Meta(max_length=20)]


class UserDocument(msgspec.Struct, frozen=True, kw_only=True):
    """A user of an account. The revision counts its changes."""

    id: UUID
    account: str
    name: str
    email: str | None
    role: Role
    status: Status
    tier: str
    preferences: Mapping[str, Any]
    identities: Sequence[IdentityDocument]
    revision: int
    url: str


class OwnChange(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is not named stays as it is. Preferences are merged: a member that is null goes."""

    name: Title | UnsetType = UNSET
    email: Address | UnsetType | None = UNSET
    preferences: Preferences | UnsetType | None = UNSET

    def applied_to(self, present: Profile) -> Profile:
        return replace(
            present,
            name=_said(self.name, present.name),
            email=present.email if isinstance(self.email, UnsetType) else _address(self.email),
            preferences=_merged(present.preferences, self.preferences),
        )


class UserChange(OwnChange, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is not named stays as it is. Preferences are merged: a member that is null goes. Identities are replaced."""

    role: Role | UnsetType = UNSET
    status: Standing | UnsetType = UNSET
    identities: Identities | UnsetType | None = UNSET

    def applied_to(self, present: Profile) -> Profile:
        status = present.status if isinstance(self.status, UnsetType) else Status(self.status)
        identities = present.identities if isinstance(self.identities, UnsetType) else _identities(self.identities)
        changed = OwnChange.applied_to(self, present)
        return replace(changed, role=_said(self.role, present.role), status=status, identities=identities)


class NewOwner(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Somebody who is to be the first owner of an account."""

    name: Title
    email: Address | None = None
    preferences: Preferences | None = None
    identities: Identities | None = None

    def as_a(self, role: Role) -> Profile:
        return Profile(
            name=self.name,
            role=role,
            email=_address(self.email),
            preferences=_merged({}, self.preferences),
            identities=_identities(self.identities),
        )


class NewUser(NewOwner, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Somebody who is to be a user of the account."""

    role: Role = Role.USER

    @property
    def profile(self) -> Profile:
        return self.as_a(self.role)


def user_document(user: User, around: Surroundings) -> UserDocument:
    return UserDocument(
        id=user.id,
        account=str(user.account),  # msgspec takes no subclasses of str
        name=user.name,
        email=str(user.email) if user.email else None,
        role=user.role,
        status=user.status,
        tier=user.tier,
        preferences=user.preferences,
        identities=[
            IdentityDocument(issuer=each.issuer, subject=each.subject)
            for each in sorted(user.identities, key=lambda each: (each.issuer, each.subject))
        ],
        revision=user.revision,
        url=around.user_url(user.id),
    )


def _said(said: T | UnsetType, present: T) -> T:
    return present if isinstance(said, UnsetType) else said


def _address(said: str | None) -> EmailAddress | None:
    return None if said is None else EmailAddress(said)


def _merged(present: Mapping[str, Any], said: Preferences | UnsetType | None) -> Mapping[str, Any]:
    if isinstance(said, UnsetType):
        return present
    return {} if said is None else preferences.checked(preferences.merged(present, said))


def _identities(said: Sequence[IdentityDocument] | None) -> frozenset[Identity]:
    return frozenset(Identity(each.issuer, each.subject) for each in said or ())
