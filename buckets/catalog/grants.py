"""How far a credential reaches, as its row says it."""

import json
from collections.abc import Callable, Mapping
from ipaddress import ip_network
from typing import Any, TypeVar

from buckets.model.action import Action
from buckets.model.grant import EVERYTHING, Grant, Place
from buckets.names import BucketName

_NO_LIMIT = "{}"

V = TypeVar("V")


def read(scopes: str) -> Grant:
    return EVERYTHING if scopes == _NO_LIMIT else _grant(json.loads(scopes))


def written(grant: Grant) -> str:
    """What is not limited is not said."""
    said: dict[str, Any] = {}
    if grant.actions is not None:
        said["actions"] = sorted(grant.actions)
    if grant.places is not None:
        said["places"] = sorted([place.bucket, place.prefix] for place in grant.places)
    if grant.networks is not None:
        said["networks"] = sorted(map(str, grant.networks))
    if grant.acts_as:
        said["acts_as"] = True
    return json.dumps(said)


def _grant(said: Mapping[str, Any]) -> Grant:
    return Grant(
        actions=_each(said, "actions", Action),
        places=_each(said, "places", lambda place: Place(BucketName(place[0]), place[1])),
        networks=_each(said, "networks", ip_network),
        acts_as=said.get("acts_as", False),
    )


def _each(said: Mapping[str, Any], name: str, value: Callable[[Any], V]) -> frozenset[V] | None:
    return frozenset(map(value, said[name])) if name in said else None
