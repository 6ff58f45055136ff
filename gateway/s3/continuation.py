"""Continuation tokens: where the page of a list begins that a client asks for, and where the next one does."""

from gateway.s3.request import S3Request

_PARAMETER = "continuation-token"


def behind(request: S3Request, *terms: str) -> str | None:
    """What the page is behind, if a token says so; it must be of the list with just these terms."""
    token = request.parameters.get(_PARAMETER)
    if token is None:
        return None
    place = request.around.cursors.read(token, name=f"The parameter {_PARAMETER}", terms=terms)
    return str(place["behind"])


def continuation(request: S3Request, last: str, *terms: str) -> str:
    """The token of the page behind this one's last entry."""
    return request.around.cursors.write({"behind": last}, terms=terms)
