"""The two surfaces as any client could speak them: where an object is, and the headers that let somebody do something with it."""

import json
from collections.abc import Mapping, Sequence
from http.client import HTTPConnection
from typing import Protocol
from urllib.parse import quote, urlsplit
from xml.etree import ElementTree as ET

from botocore.auth import S3SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from tests.acceptance.stack import Stack

BUCKET = "batches"


class Front(Protocol):
    """One surface of one process."""

    @property
    def name(self) -> str: ...

    @property
    def endpoint(self) -> str: ...

    def path(self, key: str) -> str: ...

    def headers(self, method: str, key: str) -> Mapping[str, str]:
        """They say nothing of the body: whatever follows is accepted."""

    def list_path(self, prefix: str) -> str:
        """Where the names that begin so are listed."""

    def list_headers(self, prefix: str) -> Mapping[str, str]: ...

    def listed(self, body: bytes) -> Mapping[str, str]:
        """The entity tags in such a list, by key."""


class Json:
    """`/v1`, by the bearer key."""

    name = "v1"

    def __init__(self, stack: Stack, endpoint: str = "") -> None:
        self.endpoint = endpoint or stack.endpoint
        self._headers = {"Authorization": f"Bearer {stack.api_key}"}

    def path(self, key: str) -> str:
        return f"/v1/objects/{BUCKET}/{key}"

    def headers(self, method: str, key: str) -> Mapping[str, str]:
        return self._headers

    def list_path(self, prefix: str) -> str:
        return f"/v1/buckets/{BUCKET}/objects?limit=1000&prefix={quote(prefix, safe='')}"

    def list_headers(self, prefix: str) -> Mapping[str, str]:
        return self._headers

    def listed(self, body: bytes) -> Mapping[str, str]:
        return {each["key"]: each["etag"] for each in json.loads(body)["objects"]}


class S3:
    """S3, signed by botocore with the payload left unsigned."""

    name = "s3"

    def __init__(self, stack: Stack, endpoint: str = "") -> None:
        self.endpoint = endpoint or stack.endpoint
        self._signer = _Unsigned(Credentials(stack.access_key, stack.secret_key), "s3", stack.region)

    def path(self, key: str) -> str:
        return f"/{BUCKET}/{key}"

    def headers(self, method: str, key: str) -> Mapping[str, str]:
        return self._signed(method, self.path(key))

    def list_path(self, prefix: str) -> str:
        return f"/{BUCKET}?list-type=2&prefix={quote(prefix, safe='')}"

    def list_headers(self, prefix: str) -> Mapping[str, str]:
        return self._signed("GET", self.list_path(prefix))

    def listed(self, body: bytes) -> Mapping[str, str]:
        found = ET.fromstring(body).iterfind("{*}Contents")
        return {each.findtext("{*}Key", ""): each.findtext("{*}ETag", "").strip('"') for each in found}

    def _signed(self, method: str, target: str) -> Mapping[str, str]:
        request = AWSRequest(method, f"{self.endpoint}{target}")
        self._signer.add_auth(request)
        return {"Host": urlsplit(self.endpoint).netloc, **dict(request.headers.items())}


class _Unsigned(S3SigV4Auth):  # type: ignore[misc]  # botocore has no types
    def payload(self, request: AWSRequest) -> str:
        return "UNSIGNED-PAYLOAD"


def lift_limits(stack: Stack) -> None:
    """Let the bucket take objects of any size."""
    connection = HTTPConnection(urlsplit(stack.endpoint).netloc, timeout=30)
    headers = {"Authorization": f"Bearer {stack.api_key}", "Content-Type": "application/json"}
    connection.request("PATCH", f"/v1/buckets/{BUCKET}", body=json.dumps({"limits": {"object_bytes": None}}), headers=headers)
    answer = connection.getresponse()
    assert answer.status == 200, answer.read()
    connection.close()


def fronts(stack: Stack, endpoint: str = "") -> Sequence[Front]:
    return [S3(stack, endpoint), Json(stack, endpoint)]
