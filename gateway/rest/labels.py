"""What a caller puts on an object that it uploads: metadata, tags, visibility, and the name of its file."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from buckets.errors import InvalidScalar
from buckets.model.bucket import Visibility
from buckets.scalars import percent_text
from buckets.tags import parse_tag_header
from buckets.upload_name import display_name
from gateway.edge.exchange import Exchange
from gateway.edge.metadata import metadata
from gateway.rest.request import METADATA

TAGS = "seawall-tags"
VISIBILITY = "seawall-visibility"
FILENAME = "seawall-filename"
HEADERS = (METADATA, TAGS, VISIBILITY, FILENAME)
"""Where an upload says all of them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Labels:
    """What is put on an object; without a visibility it has its bucket's."""

    metadata: Mapping[str, str] = field(default_factory=dict)
    tags: Mapping[str, str] = field(default_factory=dict)
    visibility: Visibility | None = None


def labels(exchange: Exchange) -> Labels:
    """As the headers of a request say. Tags are written like a query."""
    tags, seen = exchange.header(TAGS.title()), exchange.header(VISIBILITY.title())
    return Labels(
        metadata=metadata(exchange, prefix=METADATA),
        tags={} if tags is None else parse_tag_header(tags),
        visibility=None if seen is None else parse_visibility(seen, name="The header Seawall-Visibility"),
    )


def filename(exchange: Exchange) -> str | None:
    """The name of a file as a header says it: UTF-8, percent-encoded. None when it leaves nothing to call it."""
    said = exchange.header(FILENAME.title())
    if said is None:
        return None
    return display_name(percent_text(said.encode("utf-8", "surrogateescape"), name="The header Seawall-Filename"))


def parse_visibility(text: str, *, name: str) -> Visibility:
    found = next((each for each in Visibility if each == text), None)
    if found is None:
        raise InvalidScalar(name, "private or public was expected")
    return found
