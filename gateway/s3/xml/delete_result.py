"""The answer to DeleteObjects.

https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteObjects.html
"""

from collections.abc import Sequence
from dataclasses import dataclass

from gateway.s3.xml.text import document, element, optional


@dataclass(frozen=True, slots=True)
class Removed:
    """The version that was asked for is gone, or the name points to nothing any more; `marker` is the version that says so."""

    key: str
    version: str | None = None
    marker: str | None = None


@dataclass(frozen=True, slots=True)
class Failed:
    """It is there still, for the reason that an error of its own would give."""

    key: str
    version: str | None
    code: str
    message: str


def delete_document(results: Sequence[Removed | Failed], *, quiet: bool) -> bytes:
    """A result for each request, in their order. Quiet hides what was removed and nothing that failed."""
    shown = (result for result in results if not quiet or isinstance(result, Failed))
    return document("DeleteResult", "".join(map(_result, shown)))


def _result(result: Removed | Failed) -> str:
    named = element("Key", result.key) + optional("VersionId", result.version)
    if isinstance(result, Failed):
        return f"<Error>{named}{element('Code', result.code)}{element('Message', result.message)}</Error>"
    return f"<Deleted>{named}{_marker(result.marker)}</Deleted>"


def _marker(marker: str | None) -> str:
    return "" if marker is None else f"<DeleteMarker>true</DeleteMarker>{element('DeleteMarkerVersionId', marker)}"
