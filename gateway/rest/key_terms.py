"""Keys as JSON documents, and what such a document makes of how far a key reaches."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any, TypeAlias
from uuid import UUID

import msgspec
from msgspec import UNSET, Meta, UnsetType

from buckets.errors import InvalidScalar
from buckets.model.action import Access, Action
from buckets.model.credential import Key, KeyKind, Terms
from buckets.model.grant import Grant, Place, actions_of
from buckets.names import BucketName, ObjectKey, UserId
from buckets.scalars import network, uuid_text
from gateway.auth.minting import Minted
from gateway.rest.surroundings import Surroundings

_MEANT: Mapping[str, frozenset[Action]] = {
    **{action.value: frozenset({action}) for action in Action},
    **{access.value: actions_of(access) for access in Access},
}
"""An action may be named, or all of a kind."""

DAY = 86_400

Instant: TypeAlias = Annotated[datetime, Meta(tz=True)]
KeyName: TypeAlias = Annotated[str, Meta(min_length=1, max_length=200)]
UserText: TypeAlias = Annotated[str, Meta(extra_json_schema={"format": "uuid"})]
BucketText: TypeAlias = Annotated[str, Meta(extra_json_schema={"$ref": "#/components/schemas/BucketName"})]
Prefix: TypeAlias = Annotated[str, Meta(max_length=ObjectKey.limit)]
Word: TypeAlias = Annotated[str, Meta(extra_json_schema={"enum": sorted(_MEANT)})]
NetworkText: TypeAlias = Annotated[str, Meta(max_length=64, examples=["10.0.0.0/8", "2001:db8::7"])]
Overlap: TypeAlias = Annotated[int, Meta(ge=0, le=30 * DAY)]
Words: TypeAlias = Annotated[Sequence[Word], Meta(min_length=1, max_length=100)]
Networks: TypeAlias = Annotated[Sequence[NetworkText], Meta(min_length=1, max_length=100)]


class PlaceDocument(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A bucket, exactly, and of it the keys that begin so."""

    bucket: BucketText
    prefix: Prefix = ""


Places: TypeAlias = Annotated[Sequence[PlaceDocument], Meta(min_length=1, max_length=100)]


class NewKey(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A key that is to be made, for the caller unless another user is named. What is not named, or null, is not limited."""

    name: KeyName
    kind: KeyKind
    user: UserText | None = None
    actions: Words | None = None
    places: Places | None = None
    networks: Networks | None = None
    acts_as: bool = False
    expires_at: Instant | None = None

    @property
    def owner(self) -> UserId | None:
        return UserId(uuid_text(self.user, name="The user")) if self.user is not None else None

    @property
    def terms(self) -> Terms:
        return Terms(name=self.name, kind=self.kind, grant=self._grant, expires_at=self.expires_at)

    @property
    def _grant(self) -> Grant:
        return Grant(
            actions=None if self.actions is None else frozenset().union(*map(_actions, self.actions)),
            places=None if self.places is None else frozenset(map(_place, self.places)),
            networks=None if self.networks is None else frozenset(network(each, name="The network") for each in self.networks),
            acts_as=self.acts_as,
        )


class Rotation(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How long the old key is good beside the new one, and when that expires: unless told, it lives as long as the old was to."""

    overlap_seconds: Overlap = DAY
    expires_at: Instant | None = None


class KeyDocument(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of a key. The hint is its access key, or how it begins; null is no limit, and never."""

    id: UUID
    user: UUID
    name: str
    kind: KeyKind
    hint: str
    actions: Sequence[Action] | None
    places: Sequence[PlaceDocument] | None
    networks: Sequence[str] | None
    acts_as: bool
    expires_at: Instant | None
    revoked_at: Instant | None
    last_used_at: Instant | None
    created_at: Instant
    url: str


class MintedKey(KeyDocument, frozen=True, kw_only=True):
    """A key with its secret, which is told here and never again: of the kind s3 a pair, of the kind bearer one word."""

    access_key: str | UnsetType = UNSET
    secret_key: str | UnsetType = UNSET
    api_key: str | UnsetType = UNSET

    def __repr__(self) -> str:
        return f"MintedKey({self.hint})"


def key_document(key: Key, around: Surroundings) -> KeyDocument:
    return KeyDocument(**_facts(key, around))


def minted_document(minted: Minted, around: Surroundings) -> MintedKey:
    facts, key = _facts(minted.key, around), minted.key
    if key.kind is KeyKind.S3:
        return MintedKey(**facts, access_key=str(key.hint), secret_key=minted.secret)
    return MintedKey(**facts, api_key=minted.secret)


def _facts(key: Key, around: Surroundings) -> Mapping[str, Any]:
    grant = key.grant
    return {
        "id": key.id,
        "user": key.owner,
        "name": key.name,
        "kind": key.kind,
        "hint": str(key.hint),
        "actions": None if grant.actions is None else sorted(grant.actions),
        "places": None if grant.places is None else [*map(_place_document, sorted(grant.places, key=_order))],
        "networks": None if grant.networks is None else sorted(map(str, grant.networks)),
        "acts_as": grant.acts_as,
        "expires_at": key.expires_at,
        "revoked_at": key.revoked_at,
        "last_used_at": key.last_used_at,
        "created_at": key.created_at,
        "url": around.key_url(key.id),
    }


def _actions(word: str) -> frozenset[Action]:
    if word not in _MEANT:
        raise InvalidScalar("The action", f"one of {', '.join(sorted(_MEANT))} was expected")
    return _MEANT[word]


def _place(said: PlaceDocument) -> Place:
    return Place(BucketName(said.bucket), ObjectKey(said.prefix) if said.prefix else "")


def _place_document(place: Place) -> PlaceDocument:
    return PlaceDocument(bucket=str(place.bucket), prefix=str(place.prefix))


def _order(place: Place) -> tuple[str, str]:
    return place.bucket, place.prefix
