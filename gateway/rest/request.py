"""What a handler of the JSON API is given: an authenticated request, and the named parts of its path."""

from collections.abc import Mapping
from dataclasses import dataclass

from buckets.errors import InvalidScalar
from buckets.names import BucketName, ObjectKey
from gateway.auth.guard import Guarded
from gateway.auth.sigv4.payload import Payload
from gateway.edge.exchange import Exchange
from gateway.edge.target import bucket_name, object_key

METADATA = "seawall-meta-"
"""What the names of user metadata begin with."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RestRequest:
    """A request for a route, and the services that its caller may use. `parts` are still as they stood in the path."""

    exchange: Exchange
    parts: Mapping[str, bytes]
    parameters: Mapping[str, str]
    services: Guarded
    payload: Payload

    def flag(self, name: str) -> bool:
        """A parameter that is `true`, `false` or absent."""
        text = self.parameters.get(name, "false")
        if text not in ("true", "false"):
            raise InvalidScalar(f"The parameter {name}", "true or false was expected")
        return text == "true"

    @property
    def bucket(self) -> BucketName:
        return bucket_name(self.parts["bucket"])

    @property
    def key(self) -> ObjectKey:
        return object_key(self.parts["key"])
