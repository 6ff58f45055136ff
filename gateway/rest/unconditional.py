"""Requests on which no condition is judged."""

from buckets.errors import NotImplementedYet
from buckets.model.commit import UNCONDITIONAL
from gateway.edge.conditional import write_condition
from gateway.rest.request import RestRequest


def must_be_unconditional(request: RestRequest) -> None:
    """A condition that is not judged is not passed over: whoever sent it relies on it."""
    if write_condition(request.exchange) != UNCONDITIONAL:
        raise NotImplementedYet("a condition on this request")
