"""The schema enforces itself: for each constraint a row that breaks it and nothing else."""

import asyncio
import re
from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import pytest

from tests.fixtures.databases import Database, create_copy

MIGRATIONS = Path(__file__).resolve().parents[2] / "buckets/catalog/migrations"
SCHEMA = "".join(file.read_text("utf-8") for file in sorted(MIGRATIONS.glob("*.up.sql")))

SEED = """
INSERT INTO account (id, canonical_id, name) VALUES ('123456789012', repeat('a', 64), 'one');
INSERT INTO member (id, account, name, role)
VALUES ('00000000-0000-7000-8000-000000000001', '123456789012', 'somebody', 'owner');
UPDATE member SET email = 'one@example.com';
INSERT INTO member_identity (issuer, subject, member)
VALUES ('https://id.example.com', 'one', '00000000-0000-7000-8000-000000000001');
INSERT INTO login (id, member, token_hash, idle_seconds, expires_at)
VALUES (gen_random_uuid(), '00000000-0000-7000-8000-000000000001', decode(repeat('ab', 32), 'hex'), 60, now());
INSERT INTO placement (id, store) VALUES ('default', 'disk');
INSERT INTO credential (id, account, owner, kind, name, access_key, sealed_secret)
VALUES (gen_random_uuid(), '123456789012', '00000000-0000-7000-8000-000000000001', 's3', 'key',
    'SWABCDEFGHIJKLMNOPQR', '\\x01');
INSERT INTO credential (id, account, owner, kind, name, token_hash, prefix)
VALUES (gen_random_uuid(), '123456789012', '00000000-0000-7000-8000-000000000001', 'bearer', 'key',
    decode(repeat('ab', 32), 'hex'), 'sw_');
INSERT INTO bucket (id, name, account, owner, placement)
VALUES ('00000000-0000-7000-8000-0000000000b1', 'photos', '123456789012', '00000000-0000-7000-8000-000000000001', 'default');
INSERT INTO blob_lease (id, placement, holder, names, until)
VALUES ('00000000-0000-7000-8000-000000000400', 'default', gen_random_uuid(), 64, now());
INSERT INTO blob (id, account, placement, locator, size, stored_size, state)
VALUES ('00000000-0000-7000-8000-000000000401', '123456789012', 'default', '00/x', 4, 4, 'live');
INSERT INTO version (bucket, id, key, seq, is_null, account, owner, size, etag, crc32c, content_type, state,
    extents, first_blob, first_offset, first_length, created_at)
VALUES ('00000000-0000-7000-8000-0000000000b1', '00000000-0000-7000-8000-0000000000e1', 'k', 1, true, '123456789012',
    '00000000-0000-7000-8000-000000000001', 4, 'etag', 0, 'text/plain', 'clean', 1,
    '00000000-0000-7000-8000-000000000401', 0, 4, now());
INSERT INTO extent (bucket, version, ordinal, blob, blob_offset, length)
VALUES ('00000000-0000-7000-8000-0000000000b1', '00000000-0000-7000-8000-0000000000e1', 1,
    '00000000-0000-7000-8000-000000000401', 0, 4);
INSERT INTO head (bucket, key, seq, listed, version, account, owner, size, etag, crc32c, content_type, headers, metadata, tags,
    state, layout, extents, first_blob, first_placement, first_locator, first_offset, first_length, modified_at)
VALUES ('00000000-0000-7000-8000-0000000000b1', 'k', 1, true, '00000000-0000-7000-8000-0000000000e1', '123456789012',
    '00000000-0000-7000-8000-000000000001', 4, 'etag', 0, 'text/plain', '{}', '{}', '{}', 'clean',
    0, 1, '00000000-0000-7000-8000-000000000401', 'default', '00/x', 0, 4, now());
INSERT INTO usage (account, owner) VALUES ('123456789012', '00000000-0000-7000-8000-000000000001');
INSERT INTO idempotency (account, owner, key, fingerprint, answer, expires_at)
VALUES ('123456789012', '00000000-0000-7000-8000-000000000001', 'k', decode(repeat('ab', 32), 'hex'), '{}', now());
INSERT INTO outbox (id, account, bucket, key, seq, kind, position)
VALUES (gen_random_uuid(), '123456789012', gen_random_uuid(), 'k', 1, 'object.created', 7);
INSERT INTO audit (at, id, account, action, result, request_id)
VALUES (now(), gen_random_uuid(), '123456789012', 'put', 'done', 'R');
INSERT INTO access_log (at, id, account, action, result, request_id)
VALUES (now(), gen_random_uuid(), '123456789012', 'get', 'done', 'R');
INSERT INTO audit_seal (number, first_at, first_id, last_at, last_id, entries, hash)
VALUES (1, now(), gen_random_uuid(), now(), gen_random_uuid(), 1, decode(repeat('ab', 32), 'hex'));
INSERT INTO audit_removal (partition, from_at, until_at, last_seal) VALUES ('audit_2001_01', '2001-01-01', '2001-02-01', 1);
INSERT INTO job (id, kind, most_attempts, dedupe, run_at) VALUES (gen_random_uuid(), 'scan', 5, 'a', now());
INSERT INTO job_schedule (name, kind, every) VALUES ('nightly', 'sweep', interval '1 day');
INSERT INTO sweep_pin (id, reason, until) VALUES (gen_random_uuid(), 'backup', now());
"""

SECOND_VERSION = """INSERT INTO version (bucket, id, key, seq, is_null, account, owner, size, etag, crc32c, content_type, state,
    extents, first_blob, first_offset, first_length, created_at)
    SELECT bucket, gen_random_uuid(), key, {seq}, {is_null}, account, owner, size, etag, crc32c, content_type, state,
    extents, first_blob, first_offset, first_length, created_at FROM version"""

# constraint or unique index -> a statement that it must refuse
BREAKS = {
    "account_id_digits": "INSERT INTO account (id, canonical_id, name) VALUES ('12345678901x', repeat('b', 64), 'two')",
    "account_canonical_id_hex": "UPDATE account SET canonical_id = repeat('A', 64)",
    "account_canonical_id_unique": "INSERT INTO account (id, canonical_id, name) VALUES ('223456789012', repeat('a', 64), 'two')",
    "account_name_length": "UPDATE account SET name = ''",
    "account_status_known": "UPDATE account SET status = 'sleepy'",
    "account_limits_object": "UPDATE account SET limits = '[]'",
    "member_account_exists": "UPDATE member SET account = '999999999999'",
    "member_name_length": "UPDATE member SET name = ''",
    "member_role_known": "UPDATE member SET role = 'king'",
    "member_status_known": "UPDATE member SET status = 'sleepy'",
    "member_preferences_object": "UPDATE member SET preferences = '[]'",
    "member_email_shape": "UPDATE member SET email = 'one @example.com'",
    "member_tier_shape": "UPDATE member SET tier = 'No Tier'",
    "member_password_hash_slow": "UPDATE member SET password_hash = 'md5'",
    "member_revision_positive": "UPDATE member SET revision = 0",
    "member_deleted_since": "UPDATE member SET status = 'deleted'",
    "member_email_unique": "INSERT INTO member (id, account, name, role, email)"
    " SELECT gen_random_uuid(), account, name, role, upper(email) FROM member",
    "member_identity_member_exists": "UPDATE member_identity SET member = gen_random_uuid()",
    "member_identity_issuer_length": "UPDATE member_identity SET issuer = ''",
    "member_identity_subject_length": "UPDATE member_identity SET subject = ''",
    "login_member_exists": "UPDATE login SET member = gen_random_uuid()",
    "login_token_hash_length": "UPDATE login SET token_hash = '\\x01'",
    "login_token_hash_unique": "INSERT INTO login (id, member, token_hash, idle_seconds, expires_at)"
    " SELECT gen_random_uuid(), member, token_hash, idle_seconds, expires_at FROM login",
    "login_idle_positive": "UPDATE login SET idle_seconds = 0",
    "login_words_bounded": "UPDATE login SET address = repeat('x', 65)",
    "credential_account_exists": "UPDATE credential SET account = '999999999999'",
    "credential_owner_exists": "UPDATE credential SET owner = gen_random_uuid()",
    "credential_kind_known": "UPDATE credential SET kind = 'magic' WHERE kind = 'bearer'",
    "credential_name_length": "UPDATE credential SET name = ''",
    "credential_access_key_unique": "INSERT INTO credential (id, account, owner, kind, name, access_key, sealed_secret)"
    " SELECT gen_random_uuid(), account, owner, kind, name, access_key, sealed_secret FROM credential WHERE kind = 's3'",
    "credential_token_hash_unique": "INSERT INTO credential (id, account, owner, kind, name, token_hash, prefix)"
    " SELECT gen_random_uuid(), account, owner, kind, name, token_hash, prefix FROM credential WHERE kind = 'bearer'",
    "credential_scopes_object": "UPDATE credential SET scopes = '[]'",
    "credential_proof_fits_kind": "UPDATE credential SET kind = 'bearer' WHERE kind = 's3'",
    "placement_id_shape": "INSERT INTO placement (id, store, physical_bucket) VALUES ('Default', 'disk', 'x')",
    "placement_store_known": "INSERT INTO placement (id, store) VALUES ('other', 'tape')",
    "placement_place_unique": "INSERT INTO placement (id, store) VALUES ('other', 'disk')",
    "bucket_name_shape": "UPDATE bucket SET name = 'No'",
    "bucket_account_exists": "UPDATE bucket SET account = '999999999999'",
    "bucket_owner_exists": "UPDATE bucket SET owner = gen_random_uuid()",
    "bucket_placement_exists": "UPDATE bucket SET placement = 'nowhere'",
    "bucket_versioning_known": "UPDATE bucket SET versioning = 'maybe'",
    "bucket_visibility_known": "UPDATE bucket SET visibility = 'maybe'",
    "bucket_trash_not_negative": "UPDATE bucket SET trash_seconds = -1",
    "bucket_settings_object": "UPDATE bucket SET settings = '[]'",
    "bucket_revision_positive": "UPDATE bucket SET revision = 0",
    "bucket_purged_when_deleted": "UPDATE bucket SET purged_at = now()",
    "bucket_name_unique": "INSERT INTO bucket (id, name, account, owner, placement)"
    " SELECT gen_random_uuid(), name, account, owner, placement FROM bucket",
    "blob_lease_placement_exists": "UPDATE blob_lease SET placement = 'nowhere'",
    "blob_lease_names_bounded": "UPDATE blob_lease SET names = 0",
    "blob_state_known": "UPDATE blob SET state = 'undead'",
    "blob_live_is_whole": "UPDATE blob SET locator = NULL",
    "blob_condemned_since": "UPDATE blob SET state = 'condemned'",
    "blob_erased_at_most_twice": "UPDATE blob SET state = 'condemned', condemned_at = now(), erase_at = now(), erased = 3",
    "blob_size_not_negative": "UPDATE blob SET size = -1",
    "blob_locator_short": "UPDATE blob SET locator = repeat('x', 65)",
    "blob_key_is_whole": "UPDATE blob SET key_id = gen_random_uuid()",
    "version_filename_length": "UPDATE version SET filename = ''",
    "version_order_unique": SECOND_VERSION.format(seq="seq", is_null="false"),
    "version_null_unique": SECOND_VERSION.format(seq="seq + 1", is_null="true"),
    "version_first_blob_exists": "UPDATE version SET first_blob = gen_random_uuid()",
    "version_key_length": "UPDATE version SET key = ''",
    "version_seq_positive": "UPDATE version SET seq = 0",
    "version_kind_known": "UPDATE version SET kind = 'ghost'",
    "version_size_not_negative": "UPDATE version SET size = -1, extents = 0, first_blob = NULL,"
    " first_offset = NULL, first_length = NULL",
    "version_crc32c_is_32_bits": "UPDATE version SET crc32c = 4294967296",
    "version_digest_lengths": "UPDATE version SET md5 = '\\x01'",
    "version_headers_object": "UPDATE version SET headers = '[]'",
    "version_metadata_object": "UPDATE version SET metadata = '[]'",
    "version_tags_object": "UPDATE version SET tags = '[]'",
    "version_state_known": "UPDATE version SET state = 'odd'",
    "version_visibility_known": "UPDATE version SET visibility = 'odd'",
    "version_layout_not_negative": "UPDATE version SET layout = -1",
    "version_extents_fit_size": "UPDATE version SET size = 0",
    "version_first_extent_is_whole": "UPDATE version SET first_length = NULL",
    "extent_blob_exists": "UPDATE extent SET blob = gen_random_uuid()",
    "extent_ordinal_after_first": "UPDATE extent SET ordinal = 0",
    "extent_span_valid": "UPDATE extent SET length = 0",
    "head_key_length": "UPDATE head SET key = ''",
    "head_seq_not_negative": "UPDATE head SET seq = -1",
    "head_state_known": "UPDATE head SET state = 'odd'",
    "head_visibility_known": "UPDATE head SET visibility = 'odd'",
    "head_filename_length": "UPDATE head SET filename = repeat('x', 1025)",
    "head_listed_is_whole": "UPDATE head SET etag = NULL",
    "head_first_extent_is_whole": "UPDATE head SET first_locator = NULL",
    "usage_not_negative": "UPDATE usage SET stored_bytes = -1",
    "usage_limit_not_negative": "UPDATE usage SET limit_bytes = -1",
    "idempotency_key_length": "UPDATE idempotency SET key = ''",
    "idempotency_fingerprint_length": "UPDATE idempotency SET fingerprint = '\\x01'",
    "outbox_position_unique": "INSERT INTO outbox (id, account, bucket, key, seq, kind, position)"
    " SELECT gen_random_uuid(), account, bucket, key, seq, kind, position FROM outbox",
    "outbox_payload_object": "UPDATE outbox SET payload = '[]'",
    "announcer_is_one": "INSERT INTO announcer (id) VALUES (false)",
    "announcer_position_not_negative": "UPDATE announcer SET position = -1",
    "audit_result_known": "INSERT INTO audit (at, id, account, action, result, request_id)"
    " VALUES (now(), gen_random_uuid(), '1', 'a', 'odd', 'R')",
    "access_log_result_known": "INSERT INTO access_log (at, id, account, action, result, request_id)"
    " VALUES (now(), gen_random_uuid(), '1', 'a', 'odd', 'R')",
    "audit_seal_number_positive": "UPDATE audit_seal SET number = 0",
    "audit_seal_entries_positive": "UPDATE audit_seal SET entries = 0",
    "audit_seal_hash_length": "UPDATE audit_seal SET hash = '\\x01'",
    "audit_removal_is_a_time": "UPDATE audit_removal SET until_at = from_at",
    "audit_removal_last_seal_not_negative": "UPDATE audit_removal SET last_seal = -1",
    "job_kind_shape": "UPDATE job SET kind = 'No'",
    "job_payload_object": "UPDATE job SET payload = '[]'",
    "job_state_known": "UPDATE job SET state = 'sleepy'",
    "job_attempt_bounded": "UPDATE job SET attempt = most_attempts + 1",
    "job_most_attempts_positive": "UPDATE job SET most_attempts = 0",
    "job_owner_in_account": "UPDATE job SET owner = gen_random_uuid()",
    "job_dedupe_length": "UPDATE job SET dedupe = ''",
    "job_progress_object": "UPDATE job SET progress = '[]'",
    "job_result_object": "UPDATE job SET state = 'done', result = '[]'",
    "job_result_when_done": "UPDATE job SET result = '{}'",
    "job_cancelled_on_request": "UPDATE job SET state = 'cancelled'",
    "job_held_while_running": "UPDATE job SET state = 'running', holder = gen_random_uuid()",
    "job_dedupe_unique": "INSERT INTO job (id, kind, most_attempts, dedupe, run_at)"
    " SELECT gen_random_uuid(), kind, most_attempts, dedupe, run_at FROM job",
    "job_schedule_name_shape": "UPDATE job_schedule SET name = 'No'",
    "job_schedule_kind_shape": "UPDATE job_schedule SET kind = 'No'",
    "job_schedule_every_positive": "UPDATE job_schedule SET every = interval '0'",
    "job_schedule_payload_object": "UPDATE job_schedule SET payload = '[]'",
    "sweep_pin_reason_length": "UPDATE sweep_pin SET reason = ''",
}


@pytest.fixture(scope="module")
def seeded_database(template: Database) -> Database:
    """One database for all: each test takes back what it did."""
    return asyncio.run(create_copy(template, seed=SEED))


@pytest.fixture
async def seeded(seeded_database: Database) -> AsyncIterator["asyncpg.Connection[asyncpg.Record]"]:
    connection = await asyncpg.connect(seeded_database.owner_dsn)
    transaction = connection.transaction()
    await transaction.start()
    yield connection
    await transaction.rollback()
    await connection.close()


@pytest.mark.parametrize("constraint", BREAKS)
async def test_constraint_refuses(seeded: "asyncpg.Connection[asyncpg.Record]", constraint: str) -> None:
    with pytest.raises(asyncpg.IntegrityConstraintViolationError) as caught:
        await seeded.execute(BREAKS[constraint])
    assert caught.value.constraint_name == constraint


def test_every_constraint_of_the_schema_is_broken_once() -> None:
    named = set(re.findall(r"CONSTRAINT (\w+) (?:CHECK|UNIQUE|FOREIGN KEY)", SCHEMA))
    named |= set(re.findall(r"CREATE UNIQUE INDEX (\w+)", SCHEMA))
    assert named == BREAKS.keys()


def test_every_index_is_named_with_the_query_it_serves() -> None:
    assert set(re.findall(r"CREATE (?:UNIQUE )?INDEX (\w+)", SCHEMA)) == set(re.findall(r"COMMENT ON INDEX (\w+)", SCHEMA))


async def test_touching_a_row_moves_its_updated_at(seeded: "asyncpg.Connection[asyncpg.Record]") -> None:
    await seeded.execute("UPDATE account SET updated_at = '2001-01-01'")
    assert await seeded.fetchval("SELECT updated_at = now() FROM account")


async def test_partitions_stand_three_months_ahead(seeded: "asyncpg.Connection[asyncpg.Record]") -> None:
    partitions = await seeded.fetchval("SELECT count(*) FROM pg_inherits WHERE inhparent = 'audit'::regclass")
    assert partitions == 1 + 4
    assert await seeded.fetchval("SELECT tableoid::regclass::text FROM audit") != "audit_default"
