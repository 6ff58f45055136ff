"""Resources that count their changes: the count is their entity tag, and what conditions speak of."""

from aiohttp import web

from buckets import conditions
from buckets.errors import NotImplementedYet
from buckets.model.commit import UNCONDITIONAL
from gateway.edge.conditional import write_condition
from gateway.edge.entity_tags import EntityTags
from gateway.edge.respond import whole
from gateway.edge.serving import REVALIDATED, quoted
from gateway.rest.request import RestRequest


def tag(revision: int) -> dict[str, str]:
    """The header that says it."""
    return {"ETag": quoted(str(revision))}


def unchanged(request: RestRequest, revision: int) -> web.Response | None:
    """304 for who has it already."""
    unmatched = request.exchange.header("If-None-Match")
    if unmatched is None or not EntityTags.parse(unmatched).hold_weakly(str(revision)):
        return None
    return whole(request.exchange, 304, headers={**tag(revision), "Cache-Control": REVALIDATED})


def must_match(request: RestRequest, revision: int) -> None:
    """Of what is there: only if the caller knows it as it is."""
    refusal = conditions.refusal(write_condition(request.exchange), str(revision), revision, bucket="", key="")
    if refusal:
        raise refusal


def must_be_unconditional(request: RestRequest) -> None:
    """A condition that is not judged is not passed over: whoever sent it relies on it."""
    if write_condition(request.exchange) != UNCONDITIONAL:
        raise NotImplementedYet("a condition on this request")
