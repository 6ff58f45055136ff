"""How tests speak to the JSON API and read what it says."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import quote

from buckets.names import BucketName
from tests.http.house import House, Tenant
from tests.http.wire import Headers, Reply, ask

OBJECTS = "/v1/objects/photos"
LIST = "/v1/buckets/photos/objects"


def says(reply: Reply) -> Any:
    """The document of an answer."""
    return json.loads(reply.body)


def problem(reply: Reply) -> tuple[int, str]:
    """Status and kind of a refusal."""
    assert reply.headers["content-type"] == "application/problem+json", reply
    told = says(reply)
    assert told["status"] == reply.status
    return reply.status, told["type"].removeprefix("urn:seawall:problem:")


def at(key: str, bucket: str = "photos") -> str:
    return f"/v1/objects/{bucket}/{quote(key, safe='/~')}"


async def put(house: House, key: str, body: bytes = b"hello", *, headers: Headers = ()) -> Any:
    """Store an object that must be stored."""
    reply = await ask(house, "PUT", at(key), headers=headers, body=body)
    assert reply.status == 201, reply
    return says(reply)


async def patch(house: House, key: str, change: Any, *, headers: Headers = ()) -> Reply:
    said = [("Content-Type", "application/json"), *headers]
    return await ask(house, "PATCH", at(key), headers=said, body=json.dumps(change).encode())


async def say(house: House, method: str, target: str, document: Any, *headers: tuple[str, str], by: Tenant | None = None) -> Reply:
    """A request whose body is a JSON document."""
    with speaking_as(house, by or house.alice):
        said = [("Content-Type", "application/json"), *headers]
        return await ask(house, method, target, headers=said, body=json.dumps(document).encode())


async def look(house: House, target: str, *headers: tuple[str, str], by: Tenant | None = None) -> Reply:
    with speaking_as(house, by or house.alice):
        return await ask(house, "GET", target, headers=headers)


async def pages(house: House, target: str) -> list[Any]:
    """All of a list, each page found by the link of the one before."""
    found = []
    while target:
        reply = await ask(house, "GET", target)
        assert reply.status == 200, reply
        found.append(says(reply))
        link = reply.headers.get("link", "")
        assert (found[-1]["next_cursor"] is None) == (link == "")
        target = link.partition(">")[0].removeprefix("<https://files.example.org")
    return found


def rule(house: House, bucket: str = "photos", **rules: Any) -> None:
    """Give a bucket other rules, past every port."""
    name = BucketName(bucket)
    house.catalog.buckets[name] = replace(house.catalog.buckets[name], **rules)


@contextmanager
def speaking_as(house: House, other: Tenant) -> Iterator[None]:
    """What is asked meanwhile is asked by somebody else."""
    token, house.alice.token = house.alice.token, other.token
    try:
        yield
    finally:
        house.alice.token = token


@dataclass(frozen=True, slots=True)
class Piece:
    """One part of a form."""

    name: str
    content: bytes | str
    filename: str | None = None
    content_type: str | None = None

    def __bytes__(self) -> bytes:
        called = "" if self.filename is None else f'; filename="{self.filename}"'
        typed = "" if self.content_type is None else f"\r\nContent-Type: {self.content_type}"
        content = self.content.encode() if isinstance(self.content, str) else self.content
        return f'Content-Disposition: form-data; name="{self.name}"{called}{typed}\r\n\r\n'.encode() + content


FORM = [("Content-Type", "multipart/form-data; boundary=seam")]


def form(*pieces: Piece) -> bytes:
    return b"".join([b"--seam\r\n" + bytes(piece) + b"\r\n" for piece in pieces]) + b"--seam--\r\n"


async def post_form(house: House, *pieces: Piece, headers: Headers = ()) -> Reply:
    return await ask(house, "POST", OBJECTS, headers=[*FORM, *headers], body=form(*pieces))
