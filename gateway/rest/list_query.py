"""Which list of objects a query asks for."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

from buckets.errors import InvalidScalar
from buckets.model.bucket import Bucket
from buckets.model.page import Order
from buckets.names import ObjectKey, UserId
from gateway.auth.objects import Listing
from gateway.rest.object_document import ObjectDocument
from gateway.rest.request import RestRequest
from gateway.rest.route import CURSOR, LIMIT, Parameter

_NAME = "name"
_RANKS = {
    "created": (Order.CREATED, False),
    "-created": (Order.CREATED, True),
    "size": (Order.SIZE, False),
    "-size": (Order.SIZE, True),
}
_FIELDS = ObjectDocument.__struct_fields__

PARAMETERS = (
    Parameter("prefix", "Only objects whose keys begin so."),
    Parameter("delimiter", "Keys that hold it behind the prefix are one folder each; only by name, and of all owners."),
    Parameter("owner", "Only the caller's own.", {"type": "string", "enum": ["me"]}),
    Parameter(
        "sort",
        "By size or time a page may be short, or empty, and not be the last: the work that one takes is bounded.",
        {"type": "string", "enum": [_NAME, *_RANKS], "default": _NAME},
    ),
    Parameter("fields", f"Only these members of the objects, with commas in between: {', '.join(_FIELDS)}."),
    LIMIT,
    CURSOR,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ListQuery:
    """What is to be listed, in which order, and which members of each object are wanted."""

    listing: Listing
    sort: str
    fields: Sequence[str]

    @classmethod
    def of(cls, request: RestRequest) -> Self:
        sort, owner, delimiter = request.parameters.get("sort", _NAME), _owner(request), _beginning(request, "delimiter")
        if sort != _NAME and sort not in _RANKS:
            raise InvalidScalar("The parameter sort", f"one of {', '.join((_NAME, *_RANKS))} was expected")
        if delimiter and (owner or sort != _NAME):
            raise InvalidScalar("The parameter delimiter", "there are folders in lists by name and of all owners only")
        listing = Listing(prefix=_beginning(request, "prefix"), delimiter=delimiter, owner=owner, limit=request.limit)
        return cls(listing=listing, sort=sort, fields=_fields(request))

    @property
    def rank(self) -> tuple[Order, bool] | None:
        """By what other than the name, and whether the largest comes first."""
        return _RANKS.get(self.sort)

    def terms(self, bucket: Bucket) -> tuple[str, ...]:
        """What makes it another list: a cursor belongs to one."""
        listing = self.listing
        return "objects", str(bucket.id), listing.prefix, listing.delimiter, str(listing.owner or ""), self.sort


def _owner(request: RestRequest) -> UserId | None:
    said = request.parameters.get("owner")
    if said not in (None, "me"):
        raise InvalidScalar("The parameter owner", "me was expected")
    return request.services.objects.user if said else None


def _beginning(request: RestRequest, parameter: str) -> str:
    """Of a key, or a part of one."""
    text = request.parameters.get(parameter, "")
    if len(text.encode("utf-8")) > ObjectKey.limit:
        raise InvalidScalar(f"The parameter {parameter}", "it is longer than any key")
    return text


def _fields(request: RestRequest) -> Sequence[str]:
    said = request.parameters.get("fields")
    names = _FIELDS if said is None else said.split(",")
    for name in names:
        if name not in _FIELDS:
            raise InvalidScalar("The parameter fields", f"an object has no {name or 'member without a name'}")
    return names
