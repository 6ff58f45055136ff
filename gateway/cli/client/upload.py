"""Sending one object, and making sure that what was stored is what was sent."""

import mimetypes
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlencode

from gateway.cli.client import answers
from gateway.cli.client.errors import Failure
from gateway.cli.client.link import Link, Request, once
from gateway.cli.client.place import Place
from gateway.cli.client.progress import Bar
from gateway.cli.client.repeats import repeated
from gateway.cli.client.source import STDIN, Body, Source

_CONDITION_FAILED = 412
_UNKNOWN = "application/octet-stream"
_PACKED = {"gzip": "application/gzip", "bzip2": "application/x-bzip2", "xz": "application/x-xz"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Labels:
    """What is said about an object beside its bytes. Without a type it is guessed by the name."""

    content_type: str | None = None
    metadata: Mapping[str, str] = field(default_factory=dict)
    tags: Mapping[str, str] = field(default_factory=dict)
    visibility: str | None = None
    if_absent: bool = False

    def headers(self, name: str) -> dict[str, str]:
        said = {
            "Content-Type": self.content_type or guessed_type(name),
            "Seawall-Tags": urlencode(self.tags, quote_via=quote),
            "Seawall-Visibility": self.visibility or "",
            "If-None-Match": "*" if self.if_absent else "",
            **{f"Seawall-Meta-{name}": value for name, value in self.metadata.items()},
        }
        return {name: value for name, value in said.items() if value}


async def upload(link: Link, source: Source, place: Place, labels: Labels, bar: Bar) -> Mapping[str, Any]:
    """The document of what was stored. Attempts are one upload to the service, however many there are."""
    headers = {**labels.headers(place.key if source.path == STDIN else source.path), **once()}

    async def attempt() -> Mapping[str, Any]:
        bar.restart()
        async with source.opened(bar) as body:
            told = await _send(link, place, headers, body)
            _must_be(told, body, place)
            return told

    try:
        return await repeated(attempt, allowed=lambda: source.repeatable)
    except Failure as failure:
        if failure.status == _CONDITION_FAILED and labels.if_absent:
            raise Failure(f"{place} exists already.", status=failure.status) from failure
        raise


def guessed_type(name: str) -> str:
    """By the name alone. What is packed is what packed it: nobody is told to unpack it on the way."""
    kind, packed = mimetypes.guess_type(f"./{name.rpartition('/')[2]}")
    return _PACKED.get(packed, _UNKNOWN) if packed else kind or _UNKNOWN


async def _send(link: Link, place: Place, headers: Mapping[str, str], body: Body) -> Mapping[str, Any]:
    length = {} if body.size is None else {"Content-Length": str(body.size)}
    try:
        async with link.call(Request(method="PUT", path=place.path, headers={**headers, **length}, body=body.pieces)) as (
            response,
            _,
        ):
            return await answers.document(response)
    except Failure:
        if body.failure:  # the connection broke because there was nothing more to send
            raise body.failure from None
        raise


def _must_be(told: Mapping[str, Any], body: Body, place: Place) -> None:
    if told.get("size") != body.sent or told.get("sha256") not in (None, body.sha256):
        raise Failure(f"{place}: what was stored is not what was sent.")
