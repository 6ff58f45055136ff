"""What a request wants the headers of its answer to say instead of what is stored.

https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html names the parameters.
"""

from collections.abc import Mapping
from types import MappingProxyType

from buckets.model.version import STORED_HEADERS
from gateway.edge.disposition import named
from gateway.edge.metadata import plain_header, plain_type

NO_OVERRIDES: Mapping[str, str] = MappingProxyType({})
OVERRIDING: Mapping[str, str] = MappingProxyType({f"response-{name}": name.title() for name in ("content-type", *STORED_HEADERS)})
"""The parameters, and the header that each of them is about."""


def overrides(parameters: Mapping[str, str]) -> dict[str, str]:
    """The headers that the parameters of a request say. One without a value says nothing."""
    return {
        header: (plain_type if header == "Content-Type" else plain_header)(text, name=f"The parameter {parameter}")
        for parameter, header in OVERRIDING.items()
        if (text := parameters.get(parameter))
    }


def save_as(name: str) -> dict[str, str]:
    """The object is to be saved under that name; without one, under its own."""
    return {"Content-Disposition": f"attachment; {named(name)}" if name else "attachment"}
