"""What a handler of the JSON API is given: an authenticated request, and the named parts of its path."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeVar

from buckets.errors import InvalidScalar
from buckets.names import BucketName, ObjectKey
from buckets.scalars import whole_number
from gateway.auth.guard import Guarded
from gateway.auth.sigv4.payload import Payload
from gateway.edge.exchange import Exchange
from gateway.edge.target import bucket_name, object_key
from gateway.rest.surroundings import Surroundings

Choice = TypeVar("Choice", bound=StrEnum)

METADATA = "seawall-meta-"
"""What the names of user metadata begin with."""

PAGE = 20
"""How many entries a page of a list holds unless told."""
LARGEST_PAGE = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicRequest:
    """A request that anybody may send. `parts` are still as they stood in the path."""

    exchange: Exchange
    parts: Mapping[str, bytes]
    parameters: Mapping[str, str]
    around: Surroundings
    payload: Payload = field(default_factory=lambda: Payload(None))

    def flag(self, name: str) -> bool:
        """A parameter that is `true`, `false` or absent."""
        text = self.parameters.get(name, "false")
        if text not in ("true", "false"):
            raise InvalidScalar(f"The parameter {name}", "true or false was expected")
        return text == "true"

    def choice(self, name: str, among: type[Choice]) -> Choice | None:
        """A parameter that is one of some words, or absent."""
        text = self.parameters.get(name)
        if text is None:
            return None
        found = next((each for each in among if each == text), None)
        if found is None:
            raise InvalidScalar(f"The parameter {name}", f"one of {', '.join(among)} was expected")
        return found

    @property
    def limit(self) -> int:
        """How many entries are wanted of a list."""
        text = self.parameters.get("limit", str(PAGE))
        return whole_number(text, name="The parameter limit", least=1, most=LARGEST_PAGE)

    @property
    def bucket(self) -> BucketName:
        return bucket_name(self.parts["bucket"])

    @property
    def key(self) -> ObjectKey:
        return object_key(self.parts["key"])


@dataclass(frozen=True, slots=True, kw_only=True)
class RestRequest(PublicRequest):
    """A request for a route, and the services that its caller may use."""

    services: Guarded
