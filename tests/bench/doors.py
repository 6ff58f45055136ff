"""Requests as the doors that are measured want them, written ahead of the time that counts."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import md5
from typing import ClassVar
from urllib.parse import urlsplit

from seaweedfs.sign import Request, Signer
from tests.bench.load import PATTERN

_PAGE: Sequence[tuple[str, str]] = (("list-type", "2"), ("max-keys", "1000"))
_NO_HEADERS: Mapping[str, str] = {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Door(ABC):
    """A server, and how an object in it is asked for. Doors to the same `store` lead to the same objects."""

    lists: ClassVar[bool] = False
    revalidates: ClassVar[bool] = True
    """Whether the entity tag of an object is known without asking: the MD5 of its bytes."""

    endpoint: str
    store: str

    @property
    def address(self) -> tuple[str, int]:
        place = urlsplit(self.endpoint)
        return place.hostname or "", place.port or 80

    @property
    def host(self) -> str:
        return urlsplit(self.endpoint).netloc

    @abstractmethod
    def head(self, method: str, key: str, *, size: int = 0, headers: Mapping[str, str] = _NO_HEADERS) -> bytes:
        """A request up to its body. Where there are lists, no key means the bucket: GET is a page of its list, PUT makes it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class S3Door(Door):
    """S3 with a signature in the headers, good for a quarter of an hour; nothing is signed about the body."""

    lists: ClassVar[bool] = True
    bucket: str
    signer: Signer

    def head(self, method: str, key: str, *, size: int = 0, headers: Mapping[str, str] = _NO_HEADERS) -> bytes:
        path = f"/{self.bucket}/{key}" if key else f"/{self.bucket}"
        request = Request(method=method, path=path, query=() if key or method == "PUT" else _PAGE)
        signed = self.signer.headers(request, host=self.host, at=datetime.now(UTC))
        return _written(method, request.target, {**signed, **headers}, size)


@dataclass(frozen=True, slots=True, kw_only=True)
class JsonDoor(Door):
    """`/v1` with a bearer key."""

    bucket: str
    api_key: str = field(repr=False)

    def head(self, method: str, key: str, *, size: int = 0, headers: Mapping[str, str] = _NO_HEADERS) -> bytes:
        said = {"host": self.host, "authorization": f"Bearer {self.api_key}", **headers}
        return _written(method, f"/v1/objects/{self.bucket}/{key}", said, size)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlainDoor(Door):
    """A file server that asks for no credentials."""

    revalidates: ClassVar[bool] = False

    def head(self, method: str, key: str, *, size: int = 0, headers: Mapping[str, str] = _NO_HEADERS) -> bytes:
        return _written(method, f"/{key}", {"host": self.host, **headers}, size)


def unchanged(size: int) -> Mapping[str, str]:
    """The header of a caller who has a body of this size already."""
    body = (PATTERN * (size // len(PATTERN) + 1))[:size]
    return {"if-none-match": f'"{md5(body, usedforsecurity=False).hexdigest()}"'}


def _written(method: str, target: str, headers: Mapping[str, str], size: int) -> bytes:
    length = {"content-length": str(size)} if method == "PUT" else {}
    lines = [f"{name}: {value}" for name, value in {**headers, **length}.items()]
    return "\r\n".join([f"{method} {target} HTTP/1.1", *lines, "", ""]).encode("ascii")
