"""The truth about everything but bytes, as one."""

from dataclasses import dataclass
from typing import Protocol

from buckets.ports.accounts import Accounts, Estates
from buckets.ports.buckets import Buckets
from buckets.ports.credentials import Credentials, Logins
from buckets.ports.objects import Objects


@dataclass(frozen=True, slots=True, kw_only=True)
class CatalogHealth:
    """How the catalog is, for an operator; it never says where."""

    latency_ms: float
    server_version: str
    migration: int
    pool: "PoolState"


@dataclass(frozen=True, slots=True, kw_only=True)
class PoolState:
    """The connections of this process."""

    size: int
    idle: int
    waiting: int
    max: int


class Catalog(Accounts, Credentials, Logins, Buckets, Objects, Estates, Protocol):
    """The truth about everything but bytes."""

    async def check(self) -> CatalogHealth:
        """Ask the catalog something; raises CatalogUnavailable or CatalogBusy."""

    async def make_room(self) -> None:
        """See to it that what is recorded by months and days has a place for a good while to come."""

    async def close(self) -> None: ...
