"""How far a credential reaches. It only ever takes away from what its owner may do."""

from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import Any, TypeAlias

from buckets.model.action import Access, Action
from buckets.names import BucketName

Network: TypeAlias = IPv4Network | IPv6Network


@dataclass(frozen=True, slots=True)
class Place:
    """A bucket, exactly, and of it the keys that begin so."""

    bucket: BucketName
    prefix: str = ""

    def holds(self, bucket: str, key: str) -> bool:
        return bucket == self.bucket and key.startswith(self.prefix)

    def covers(self, other: "Place") -> bool:
        return other.bucket == self.bucket and other.prefix.startswith(self.prefix)


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """None is no limit. What is done to no bucket at all is beyond a grant that names places.

    `acts_as` is the right to work for other users of the account, who are named with each request.
    """

    actions: frozenset[Action] | None = None
    places: frozenset[Place] | None = None
    networks: frozenset[Network] | None = None
    acts_as: bool = False

    def allows(self, action: Action, bucket: str | None = None, key: str | None = None) -> bool:
        """Of a bucket as a whole: only where no prefix narrows it down."""
        if self.actions is not None and action not in self.actions:
            return False
        if self.places is None:
            return True
        return bucket is not None and any(place.holds(bucket, key or "") for place in self.places)

    def admits(self, address: str) -> bool:
        """Whether it may be used from there."""
        if self.networks is None:
            return True
        return any(there in network for network in self.networks for there in _addresses(address))

    def covers(self, other: "Grant") -> bool:
        """Whether the other reaches nowhere that this one does not: a key makes no wider key."""
        return (
            _covers(self.actions, other.actions)
            and (self.networks is None or _within(other.networks, self.networks))
            and (self.places is None or _under(other.places, self.places))
            and (self.acts_as or not other.acts_as)
        )


EVERYTHING = Grant()
"""All that the owner may do."""


def actions_of(*kinds: Access) -> frozenset[Action]:
    return frozenset(action for action in Action if action.access in kinds)


def _addresses(text: str) -> Iterator[IPv4Address | IPv6Address]:
    """None when it is no address; two when a listener for both families tells of an IPv4 peer."""
    with suppress(ValueError):
        there = ip_address(text)
        yield there
        if isinstance(there, IPv6Address) and there.ipv4_mapped:
            yield there.ipv4_mapped


def _covers(wide: frozenset[Any] | None, narrow: frozenset[Any] | None) -> bool:
    return wide is None or (narrow is not None and narrow <= wide)


def _within(narrow: Iterable[Network] | None, wide: Iterable[Network]) -> bool:
    if narrow is None:
        return False
    return all(any(_inside(one, other) for other in wide) for one in narrow)


def _inside(one: Network, other: Network) -> bool:
    return one.version == other.version and one.subnet_of(other)  # type: ignore[arg-type]  # of one version, as the line says


def _under(narrow: Iterable[Place] | None, wide: Iterable[Place]) -> bool:
    return narrow is not None and all(any(other.covers(place) for other in wide) for place in narrow)
