"""The most common client, as most programs use it."""

import asyncio
from collections.abc import Callable
from contextlib import closing
from typing import Any, TypeVar

import boto3
from botocore.config import Config

from tests.http.house import House, Tenant

T = TypeVar("T")


async def by_boto(house: House, use: Callable[[Any], T], *, tenant: Tenant | None = None, **config: Any) -> T:
    """What came of its use, on a thread of its own."""
    pair = (tenant or house.alice).pair

    def run() -> T:
        client = boto3.client(
            "s3",
            endpoint_url=f"http://127.0.0.1:{house.port}",
            aws_access_key_id=pair.access_key,
            aws_secret_access_key=pair.secret,
            region_name="us-east-1",
            config=Config(s3={"addressing_style": "path"}, retries={"total_max_attempts": 1}, **config),
        )
        with closing(client):
            return use(client)

    return await asyncio.to_thread(run)
