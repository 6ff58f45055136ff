"""A catalog in PostgreSQL behind a proxy, a committer over it, and the questions that faults give rise to."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from buckets.catalog.catalog import PostgresCatalog
from buckets.catalog.pool import Pool
from buckets.memory.blobs import MemoryBlobStore
from buckets.memory.checksums import MemoryChecksums
from buckets.memory.phases import MemoryPhases
from buckets.model.account import User
from buckets.model.bucket import Bucket
from buckets.model.commit import UNCONDITIONAL, Condition, DeleteItem, PutItem
from buckets.model.version import Head
from buckets.names import ObjectKey
from buckets.ports import Claims, Objects
from buckets.service.blob_names import BlobNames
from buckets.service.committer import Committer
from buckets.service.put import PutObject, Upload
from gateway.system import SystemClock, SystemIds
from tests.factories import values
from tests.factories.bodies import body
from tests.faults.ledger import assert_sound, in_memory
from tests.faults.proxy import Proxy, proxied
from tests.fixtures.databases import Database, connected, superuser_dsn
from tests.fixtures.meters import RecordingMeter

IDS, CLOCK = SystemIds(), SystemClock()


def committer_over(objects: Objects, *, group: int = 64) -> Committer:
    return Committer(objects=objects, ids=IDS, phases=MemoryPhases(), group=group)


@dataclass(kw_only=True)
class Stage:
    """An account with one bucket, and everything that it takes to write there."""

    dsn: str
    proxy: Proxy
    catalog: PostgresCatalog
    names: BlobNames
    owner: User
    bucket: Bucket
    committer: Committer
    store: MemoryBlobStore = field(default_factory=MemoryBlobStore)

    async def put(self, key: str, content: bytes, condition: Condition = UNCONDITIONAL) -> Head:
        """As a front would ask for it."""
        service = PutObject(
            store=self.store,
            checksums=MemoryChecksums(),
            names=self.names,
            ids=IDS,
            committer=self.committer,
            phases=MemoryPhases(),
            limit=1 << 20,
        )
        upload = Upload(body=body(content), claims=Claims(size=len(content)), content_type="text/plain", condition=condition)
        return (await service(self.bucket, ObjectKey(key), upload, values.origin(self.owner))).head

    async def item(
        self, key: str, content: bytes = b"content", *, owner: User | None = None, condition: Condition = UNCONDITIONAL
    ) -> PutItem:
        """A write whose bytes are stored already."""
        name = await self.names.take(self.bucket.placement)
        await self.store.put(name, body(content), size=len(content))
        return values.put_item(self.bucket, key, content, owner=owner or self.owner, name=name, condition=condition)

    def removal(self, key: str, *, owner: User | None = None) -> DeleteItem:
        origin = values.origin(owner or self.owner)
        return DeleteItem(operation=IDS.uuid7(), bucket=self.bucket, key=ObjectKey(key), origin=origin)

    async def head(self, key: str) -> Head | None:
        return await self.catalog.find_head(self.bucket.id, ObjectKey(key))

    async def written(self, key: str) -> list[UUID]:
        """All versions of a name that were ever announced, in their order."""
        rows = await self.ask("SELECT id FROM outbox WHERE key = $1 AND kind = 'object.created' ORDER BY seq", key)
        return [row["id"] for row in rows]

    async def audited(self, key: str) -> list[tuple[str, str | None]]:
        """What the audit says of a name, in its order."""
        rows = await self.ask("SELECT result, reason FROM audit WHERE key = $1 ORDER BY at, id", key)
        return [(row["result"], row["reason"]) for row in rows]

    async def ask(self, statement: str, *arguments: object) -> list[Any]:
        """Past everything that is tested."""
        async with connected(self.dsn) as connection:
            return list(await connection.fetch(statement, *arguments))

    async def change(self, statements: str) -> None:
        async with connected(self.dsn) as connection:
            await connection.execute(statements)

    async def assert_sound(self) -> None:
        await assert_sound(self.dsn, in_memory(self.store.blobs))


@asynccontextmanager
async def staged(database: Database, **limits: Any) -> AsyncIterator[Stage]:
    async with proxied(database.service_dsn) as proxy:
        pool = await Pool.open(RecordingMeter(), CLOCK, dsn=proxy.via, **{"minimum": 1, **limits})
        try:
            yield await _stage(database, proxy, PostgresCatalog(pool, ids=IDS, clock=CLOCK))
        finally:
            await pool.close()


async def _stage(database: Database, proxy: Proxy, catalog: PostgresCatalog) -> Stage:
    owner = values.user()
    await catalog.create_account(values.account(), owner)
    await catalog.ensure_placement(values.PLACEMENT)
    bucket = values.bucket(owner)
    await catalog.create_bucket(bucket)
    return Stage(
        dsn=superuser_dsn(database.server, database.name),
        proxy=proxy,
        catalog=catalog,
        names=BlobNames(catalog, CLOCK, IDS.uuid7(), block=1024),
        owner=owner,
        bucket=bucket,
        committer=committer_over(catalog),
    )


async def until_one_is_blocked(dsn: str, *, pid: int | None = None, by: int | None = None) -> str:
    """The statement of a backend that waits for another, as soon as there is one."""
    async with connected(dsn) as connection, asyncio.timeout(60):
        found = None
        while found is None:
            found = await connection.fetchval(
                """
                SELECT pid FROM pg_stat_activity CROSS JOIN LATERAL pg_blocking_pids(pid) AS blocking
                WHERE datname = current_database() AND blocking <> '{}'
                    AND ($1::integer IS NULL OR pid = $1) AND ($2::integer IS NULL OR $2 = ANY (blocking))
                """,
                pid,
                by,
            )
        return str(await connection.fetchval("SELECT query FROM pg_stat_activity WHERE pid = $1", found))
