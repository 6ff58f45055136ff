"""What a new installation needs before its first request, for `seawall up` and `seawall init`."""

from dataclasses import dataclass
from pathlib import Path

from buckets.defaults import shipped
from buckets.names import BucketName
from gateway.build import House
from gateway.cli.credentials import Credentials, first_credentials


@dataclass(frozen=True, slots=True)
class Founded:
    """The buckets that were made now, and the credentials of the first owner, where they were asked for."""

    buckets: list[BucketName]
    credentials: Credentials


async def found(house: House, credentials: Path | None) -> Founded:
    """The first account, the shipped buckets and a key for their owner; what is there stays as it is."""
    owner = await house.founding.owner()
    made = await house.founding.create_buckets(shipped(), owner)
    keys = await first_credentials(credentials, catalog=house.catalog, owner=owner, ids=house.ids, seal=house.seal)
    return Founded(made, keys)
