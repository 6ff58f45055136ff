"""Control calls: seldom, slow, and not worth a protocol of our own. aiobotocore speaks for us."""

import asyncio
import os
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack, suppress
from functools import cache
from typing import Any, TypeAlias

from aiobotocore.client import AioBaseClient
from aiobotocore.config import AioConfig
from aiobotocore.session import AioSession

from buckets.errors import StorageError, StoreBusy, StoreUnavailable
from buckets.model.blob import Stored
from seaweedfs.client import Patience
from seaweedfs.endpoints import Endpoint, Endpoints
from seaweedfs.sign import Credentials
from seaweedfs.wire import error_of

Answer: TypeAlias = Mapping[str, Any]
Call: TypeAlias = Callable[[AioBaseClient], Awaitable[Answer]]

_PAGE = 100
"""Names a page: to read one takes the loop ten milliseconds."""

# What somebody has set up here for other purposes is not for us: no profile, no file.
_NOTHING_SET_UP = {"profile": (None, None, None, None), "config_file": (None, None, os.devnull, None)}


class Admin:
    """The bucket as a whole: whether it is there, and what is in it."""

    def __init__(self, endpoints: Endpoints, *, bucket: str, credentials: Credentials, patience: Patience) -> None:
        self._endpoints = endpoints
        self._bucket = bucket
        self._credentials = {
            "aws_access_key_id": credentials.access_key,
            "aws_secret_access_key": credentials.secret.reveal(),
        }
        self._config = _config(credentials.region, patience)
        self._limit = patience.connect + patience.answer
        self._clients: dict[str, AioBaseClient] = {}
        self._opened = AsyncExitStack()
        self._opening = asyncio.Lock()

    async def make_bucket(self) -> None:
        """See to it that there is one. Who may not make any gets along with one that is there."""
        if not await self._is_there():
            try:
                await self._ask(lambda client: client.create_bucket(Bucket=self._bucket))
            except StoreUnavailable:  # somebody else may have made it at the same time
                if not await self._is_there():
                    raise

    async def objects(self) -> AsyncIterator[Stored]:
        """What is in the bucket, in the order of the names; these stand in the place of locators."""
        after, more = "", True
        while more:
            page = await self._page(after)
            for item in page.get("Contents", ()):
                after = item["Key"]
                yield Stored(locator=after, size=item["Size"])
            more = page.get("IsTruncated", False) and bool(page.get("Contents"))

    async def close(self) -> None:
        await self._opened.aclose()
        self._clients.clear()

    async def _is_there(self) -> bool:
        with suppress(StoreUnavailable):
            await self._ask(lambda client: client.head_bucket(Bucket=self._bucket))
            return True
        return False

    async def _page(self, after: str) -> Answer:
        """By name and not by token: the next page may come from another endpoint."""
        return await self._ask(lambda client: client.list_objects_v2(Bucket=self._bucket, StartAfter=after, MaxKeys=_PAGE))

    async def _ask(self, call: Call) -> Answer:
        """The first answer that is not an endpoint's own failure."""
        fault = StoreBusy()
        for endpoint in self._endpoints.in_turn():
            try:
                return await self._ask_at(endpoint, call)
            except StoreBusy as busy:
                self._endpoints.failed(endpoint)
                fault = busy
        raise fault

    async def _ask_at(self, endpoint: Endpoint, call: Call) -> Answer:
        client = await self._client(endpoint)
        try:
            async with asyncio.timeout(self._limit):
                return await call(client)
        except client.exceptions.ClientError as error:
            raise _translated(error.response) from error
        except Exception as error:  # its parts raise what they like, and have no ancestor in common
            raise StoreBusy from error

    async def _client(self, endpoint: Endpoint) -> AioBaseClient:
        async with self._opening:
            if endpoint.url not in self._clients:
                client = _session().create_client("s3", endpoint_url=endpoint.url, config=self._config, **self._credentials)
                self._clients[endpoint.url] = await self._opened.enter_async_context(client)
        return self._clients[endpoint.url]


@cache
def _session() -> AioSession:
    """One for the process: it takes a tenth of a second to read what S3 is."""
    return AioSession(session_vars=_NOTHING_SET_UP)


def _config(region: str, patience: Patience) -> AioConfig:
    return AioConfig(
        region_name=region,
        connect_timeout=patience.connect,
        read_timeout=patience.answer,
        retries={"total_max_attempts": 1},
        proxies={},
        request_checksum_calculation="when_required",
        response_checksum_validation="when_required",
        s3={"addressing_style": "path"},
    )


def _translated(response: Answer) -> StorageError:
    return error_of(response["ResponseMetadata"]["HTTPStatusCode"], response["Error"].get("Code", ""), name="")
