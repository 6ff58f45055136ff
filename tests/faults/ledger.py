"""What must be true of a catalog and of the bytes it speaks of, whatever happened, as soon as nothing is under way.

Looked at with SQL, past all code that writes it. Each claim is a query for what contradicts it.
"""

from collections.abc import Mapping
from pathlib import Path
from uuid import UUID

from tests.fixtures.databases import Connection, connected

_CLAIMS = {
    "an owner is charged for exactly what its versions hold": """
        SELECT account, owner FROM usage u FULL JOIN (
            SELECT account, owner, sum(size) FILTER (WHERE trashed_at IS NULL) AS bytes,
                count(*) FILTER (WHERE trashed_at IS NULL) AS objects, sum(size) FILTER (WHERE trashed_at IS NOT NULL) AS trashed
            FROM version GROUP BY account, owner
        ) v USING (account, owner)
        WHERE (coalesce(u.stored_bytes, 0), coalesce(u.stored_objects, 0), coalesce(u.trashed_bytes, 0), u.reserved_bytes)
            IS DISTINCT FROM (coalesce(v.bytes, 0), coalesce(v.objects, 0), coalesce(v.trashed, 0), 0)""",
    "a name is all that its version is": """
        SELECT h.key FROM head h LEFT JOIN version v ON v.bucket = h.bucket AND v.id = h.version AND v.trashed_at IS NULL
        WHERE h.listed AND (h.key, h.seq, h.account, h.owner, h.size, h.etag, h.crc32c, h.md5, h.sha256, h.content_type,
                h.headers, h.metadata, h.tags, h.filename, h.visibility,
                h.state, h.extents, h.first_blob, h.first_offset, h.first_length, h.modified_at)
            IS DISTINCT FROM (v.key, v.seq, v.account, v.owner, v.size, v.etag, v.crc32c, v.md5, v.sha256, v.content_type,
                v.headers, v.metadata, v.tags, v.filename, v.visibility,
                v.state, v.extents, v.first_blob, v.first_offset, v.first_length, v.created_at)""",
    "where no versions are kept, a version has a name that points to it": """
        SELECT v.key FROM version v JOIN bucket b ON b.id = v.bucket AND b.versioning = 'off' AND b.deleted_at IS NULL
        LEFT JOIN head h ON h.bucket = v.bucket AND h.key = v.key AND h.listed AND h.version = v.id
        WHERE v.trashed_at IS NULL AND h.key IS NULL""",
    "a version was announced and audited, each once": """
        SELECT v.key FROM version v
        WHERE (SELECT count(*) FROM outbox o WHERE o.id = v.id AND o.kind LIKE 'object.%') <> 1
            OR (SELECT count(*) FROM audit a WHERE a.id = v.id AND a.result = 'done') <> 1""",
    "whatever was done or refused was audited once, and what is void was not": """
        SELECT key FROM outbox o FULL JOIN (SELECT id, result, key FROM audit WHERE key IS NOT NULL) a USING (id, key)
        GROUP BY id, key
        HAVING count(a.result) <> count(o.kind) FILTER (WHERE o.kind <> 'void')
            OR bool_or((o.kind = 'refused') <> (a.result = 'refused'))""",
    "of each name one change came after the other": """
        SELECT key FROM outbox WHERE kind LIKE 'object.%' GROUP BY bucket, key
        HAVING (count(*), count(DISTINCT seq)) IS DISTINCT FROM (max(seq), max(seq))""",
    "a version consists of live blobs, as large as it is": """
        SELECT v.key FROM version v LEFT JOIN (
            SELECT bucket, id, first_blob AS blob, first_length AS length FROM version WHERE extents > 0
            UNION ALL SELECT bucket, version, blob, length FROM extent
        ) e ON e.bucket = v.bucket AND e.id = v.id LEFT JOIN blob b ON b.id = e.blob AND b.state = 'live'
        GROUP BY v.bucket, v.id, v.key, v.extents, v.size
        HAVING (count(b.id), coalesce(sum(e.length), 0)) IS DISTINCT FROM (v.extents::bigint, v.size::numeric)""",
    "a live blob is referred to, or the sweep will look at it": """
        SELECT id FROM blob b WHERE state = 'live' AND NOT EXISTS (SELECT FROM version WHERE first_blob = b.id)
            AND NOT EXISTS (SELECT FROM extent WHERE blob = b.id) AND NOT EXISTS (SELECT FROM gc_candidate WHERE blob = b.id)""",
}


async def assert_sound(dsn: str, stored: Mapping[UUID, int]) -> None:
    """`stored` are the blobs that lie in the store, by their names, with their sizes."""
    async with connected(dsn) as connection:
        for claim, contradictions in _CLAIMS.items():
            assert not await connection.fetch(contradictions), f"not true: {claim}"
        await _assert_complete(connection, stored)
        await _assert_known(connection, stored)


async def _assert_complete(connection: Connection, stored: Mapping[UUID, int]) -> None:
    live = {
        row["id"]: row["stored_size"] for row in await connection.fetch("SELECT id, stored_size FROM blob WHERE state = 'live'")
    }
    assert live.items() <= stored.items(), "live bytes are missing, or fewer or more than they should be"


async def _assert_known(connection: Connection, stored: Mapping[UUID, int]) -> None:
    """Whatever lies in the store can be found by SQL: as a blob, live or condemned, or as a name that is leased."""
    known = {row["id"] for row in await connection.fetch("SELECT id FROM blob")}
    leases = await connection.fetch("SELECT id, names FROM blob_lease")
    leased = {UUID(int=row["id"].int + index) for row in leases for index in range(row["names"])}
    assert stored.keys() <= known | leased, "there are bytes that nobody knows of"


def on_disk(root: Path) -> dict[UUID, int]:
    """The blobs in the directory of a disk store; what is half-written is none."""
    return {UUID(path.name): path.stat().st_size for path in root.glob("[0-9a-f][0-9a-f]/*")}


def in_memory(blobs: Mapping[str, bytes]) -> dict[UUID, int]:
    """The blobs of a memory store."""
    return {UUID(locator.rpartition("/")[2]): len(content) for locator, content in blobs.items()}
