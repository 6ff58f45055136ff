"""Buckets with very many names, written past the ports: nobody waits for a million puts."""

from dataclasses import dataclass

from buckets.names import BucketId, UserId
from tests.factories import values
from tests.fixtures.databases import Connection

FOLDERS = 1000
_INDEXES = "SELECT indexname, indexdef FROM pg_indexes WHERE tablename = 'head' AND indexname <> 'head_pkey'"
_NO_KEY, _KEY = "ALTER TABLE head DROP CONSTRAINT head_pkey", "ALTER TABLE head ADD CONSTRAINT head_pkey PRIMARY KEY (bucket, key)"
_FILL = """
    INSERT INTO head (bucket, key, seq, listed, version, account, owner, size, etag, crc32c, content_type, headers, metadata, tags,
        state, layout, extents, modified_at)
    SELECT $1, format('f%s/k%s', to_char(n % $3::integer, 'FM0000'), to_char(n, 'FM0000000')), 1, true, gen_random_uuid(),
        '123456789012', CASE WHEN n % ($2::integer / 4) = 7 THEN $5::uuid ELSE $4::uuid END, n::bigint * 104729 % 1000003,
        md5(n::text), n, 'text/plain', '{}', '{"colour": "red"}', '{}',
        'clean', 0, 0, timestamptz '2026-11-21 00:00Z' + n::bigint * 7919 % $2 * interval '1 second'
    FROM generate_series(0, $2 - 1) AS n
"""
_TRASH = [
    """INSERT INTO blob (id, account, placement, locator, size, stored_size, state)
        SELECT md5($1::uuid::text || n)::uuid, '123456789012', 'default', 'at/' || n, 4, 4, 'live'
        FROM generate_series(1, $2) AS n""",
    """INSERT INTO version (bucket, id, key, seq, is_null, account, owner, size, etag, crc32c, content_type, state, extents,
            first_blob, first_offset, first_length, trashed_at, created_at)
        SELECT $1, md5($1::uuid::text || n)::uuid, 'k' || n, 1, n % 2 = 0, '123456789012', $1, 4, '', 0, '', 'clean', 1,
            md5($1::uuid::text || n)::uuid, 0, 4, now(), now()
        FROM generate_series(1, $2) AS n""",
]


@dataclass(frozen=True)
class Crowd:
    """A bucket with so many names, in a thousand folders; four of them belong to somebody else."""

    bucket: BucketId
    size: int
    owner: UserId
    rare: UserId


async def crowd(connection: Connection, size: int) -> Crowd:
    bucket, owner, rare = (values.IDS.uuid7() for _ in range(3))
    await connection.execute(_FILL, bucket, size, FOLDERS, owner, rare)
    return Crowd(BucketId(bucket), size, UserId(owner), UserId(rare))


async def crowds(connection: Connection, *sizes: int) -> list[Crowd]:
    """Several; indexes are made afterwards, as that takes a fraction of the time."""
    indexes = await connection.fetch(_INDEXES)
    for statement in ("SET maintenance_work_mem = '256MB'", _NO_KEY, *(f"DROP INDEX {index['indexname']}" for index in indexes)):
        await connection.execute(statement)
    found = [await crowd(connection, size) for size in sizes]
    for statement in (_KEY, *(index["indexdef"] for index in indexes)):
        await connection.execute(statement)
    await connection.execute("VACUUM ANALYZE head")
    return found


async def trash(connection: Connection, size: int) -> BucketId:
    """A bucket that holds nothing but trash."""
    bucket = BucketId(values.IDS.uuid7())
    for statement in _TRASH:
        await connection.execute(statement, bucket, size)
    await connection.execute("VACUUM ANALYZE version, blob")
    return bucket
