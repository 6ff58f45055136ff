"""The pages of a list: where one begins, and where the next is found."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urlencode

from gateway.rest.request import RestRequest


def place(request: RestRequest, terms: tuple[str, ...]) -> Mapping[str, Any] | None:
    """Where the page before ended, by the cursor that was given out with it for a list of these terms."""
    cursor = request.parameters.get("cursor")
    return request.around.cursors.read(cursor, name="The parameter cursor", terms=terms) if cursor else None


def link(request: RestRequest, url: str, cursor: str | None) -> dict[str, str]:
    """The header that says where the next page is.

    https://www.rfc-editor.org/rfc/rfc8288
    """
    if cursor is None:
        return {}
    query = urlencode({**request.parameters, "cursor": cursor}, quote_via=quote, safe="")  # a plus sign is no blank to us
    return {"Link": f'<{url}?{query}>; rel="next"'}
