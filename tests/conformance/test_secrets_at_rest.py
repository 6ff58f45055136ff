"""What a thief of the database has: no secret of any key, in whatever writing."""

import asyncio
import base64
from datetime import timedelta

from buckets.catalog.catalog import PostgresCatalog
from buckets.catalog.pool import Pool
from buckets.model.credential import KeyKind, Replaced, Terms
from gateway.auth.minting import Minted, Minting
from gateway.auth.seal import Seal
from gateway.system import SystemClock, SystemIds
from tests.factories import values
from tests.fixtures.databases import Database

IDS = SystemIds()


async def test_a_dump_of_the_tables_holds_no_secret(database: Database, pool: Pool) -> None:
    catalog, seal_key = PostgresCatalog(pool, ids=IDS, clock=SystemClock()), IDS.secret(32)
    minted = await lived(catalog, Seal(seal_key, ids=IDS))
    rows = await dump(database)
    assert all(each.key.hint in rows for each in minted)
    secrets = [seal_key, *(each.secret.encode() for each in minted)]
    assert not [secret for secret in secrets for text in written(secret) if text in rows]


async def lived(catalog: PostgresCatalog, seal: Seal) -> list[Minted]:
    """A key of each kind, made, used, replaced and revoked."""
    owner = values.user()
    await catalog.create_account(values.account(), owner)
    mint, origin, minted = Minting(credentials=catalog, seal=seal, ids=IDS), values.origin(owner), []
    for kind in KeyKind:
        first = await mint(Terms(name="canary", kind=kind), owner, origin)
        minted += [first, await mint(Terms(name="canary", kind=kind), owner, origin, Replaced(first.key, timedelta(hours=1)))]
        await catalog.note_use([(first.key.id, SystemClock().now())])
        await catalog.revoke_key(first.key, origin=origin)
    return minted


async def dump(database: Database) -> str:
    program = database.server._binaries.program("pg_dump")
    process = await asyncio.create_subprocess_exec(program, "--data-only", database.owner_dsn, stdout=asyncio.subprocess.PIPE)
    output, _ = await process.communicate()
    assert process.returncode == 0
    return output.decode()


def written(secret: bytes) -> list[str]:
    """As it is, in hexadecimal as a dump writes bytes, and in base64."""
    return [secret.decode("latin-1"), secret.hex(), base64.b64encode(secret).decode().rstrip("=")]
