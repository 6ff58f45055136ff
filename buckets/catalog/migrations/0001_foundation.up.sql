-- The ground floor: who exists, which buckets there are, what is stored, and what has happened.
--
-- Conventions. Ids are UUIDv7 made by the program, never sequences. Names of buckets and keys compare by bytes. Tables that a bucket
-- owns lead with the bucket in their primary key. States and roles are text under a CHECK. Foreign keys stand where writes are rare;
-- on the path of an upload only extents refer to their blobs.

CREATE FUNCTION touch_updated_at() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.updated_at := now();
    RETURN NEW;
END
$$;


-- Who exists

CREATE TABLE account (
    id              text PRIMARY KEY,
    canonical_id    text NOT NULL,
    name            text NOT NULL,
    status          text NOT NULL DEFAULT 'active',
    limits          jsonb NOT NULL DEFAULT '{}',
    created_at      timestamptz NOT NULL DEFAULT now(),
    updated_at      timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT account_id_digits CHECK (id ~ '^[0-9]{12}$'),
    CONSTRAINT account_canonical_id_hex CHECK (canonical_id ~ '^[0-9a-f]{64}$'),
    CONSTRAINT account_canonical_id_unique UNIQUE (canonical_id),
    CONSTRAINT account_name_length CHECK (char_length(name) BETWEEN 1 AND 200),
    CONSTRAINT account_status_known CHECK (status IN ('active', 'suspended', 'deleted')),
    CONSTRAINT account_limits_object CHECK (jsonb_typeof(limits) = 'object')
);
CREATE TRIGGER account_touched BEFORE UPDATE ON account FOR EACH ROW EXECUTE FUNCTION touch_updated_at();

CREATE TABLE member (
    id              uuid PRIMARY KEY,
    account         text NOT NULL,
    name            text NOT NULL,
    role            text NOT NULL,
    status          text NOT NULL DEFAULT 'active',
    preferences     jsonb NOT NULL DEFAULT '{}',
    created_at      timestamptz NOT NULL DEFAULT now(),
    updated_at      timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT member_account_exists FOREIGN KEY (account) REFERENCES account (id),
    CONSTRAINT member_name_length CHECK (char_length(name) BETWEEN 1 AND 200),
    CONSTRAINT member_role_known CHECK (role IN ('owner', 'admin', 'service', 'user', 'read-only')),
    CONSTRAINT member_status_known CHECK (status IN ('active', 'suspended', 'deleted')),
    CONSTRAINT member_preferences_object CHECK (jsonb_typeof(preferences) = 'object')
);
CREATE TRIGGER member_touched BEFORE UPDATE ON member FOR EACH ROW EXECUTE FUNCTION touch_updated_at();
CREATE INDEX member_by_account ON member (account, id);
COMMENT ON INDEX member_by_account IS 'The members of an account, oldest first; the foreign key of member.';

CREATE TABLE credential (
    id              uuid PRIMARY KEY,
    account         text NOT NULL,
    owner           uuid NOT NULL,
    kind            text NOT NULL,
    name            text NOT NULL,
    access_key      text,
    sealed_secret   bytea,
    token_hash      bytea,
    prefix          text,
    scopes          jsonb NOT NULL DEFAULT '{}',
    expires_at      timestamptz,
    revoked_at      timestamptz,
    last_used_at    timestamptz,
    created_at      timestamptz NOT NULL DEFAULT now(),
    updated_at      timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT credential_account_exists FOREIGN KEY (account) REFERENCES account (id),
    CONSTRAINT credential_owner_exists FOREIGN KEY (owner) REFERENCES member (id),
    CONSTRAINT credential_kind_known CHECK (kind IN ('s3', 'bearer')),
    CONSTRAINT credential_name_length CHECK (char_length(name) BETWEEN 1 AND 200),
    CONSTRAINT credential_access_key_unique UNIQUE (access_key),
    CONSTRAINT credential_token_hash_unique UNIQUE (token_hash),
    CONSTRAINT credential_scopes_object CHECK (jsonb_typeof(scopes) = 'object'),
    CONSTRAINT credential_proof_fits_kind CHECK (CASE kind
        WHEN 's3' THEN access_key ~ '^[A-Z0-9]{16,32}$' AND sealed_secret IS NOT NULL AND token_hash IS NULL AND prefix IS NULL
        ELSE octet_length(token_hash) = 32 AND prefix IS NOT NULL AND access_key IS NULL AND sealed_secret IS NULL
    END IS TRUE)
);
CREATE TRIGGER credential_touched BEFORE UPDATE ON credential FOR EACH ROW EXECUTE FUNCTION touch_updated_at();
CREATE INDEX credential_by_owner ON credential (owner, id);
COMMENT ON INDEX credential_by_owner IS 'The credentials of a member; the foreign key of owner.';
CREATE INDEX credential_by_account ON credential (account, id);
COMMENT ON INDEX credential_by_account IS 'The credentials of an account; the foreign key of account.';


-- Which buckets there are, and where their bytes go

CREATE TABLE placement (
    id              text PRIMARY KEY,
    store           text NOT NULL,
    physical_bucket text NOT NULL DEFAULT '',
    created_at      timestamptz NOT NULL DEFAULT now(),
    updated_at      timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT placement_id_shape CHECK (id ~ '^[a-z][a-z0-9-]{0,31}$'),
    CONSTRAINT placement_store_known CHECK (store IN ('disk', 'memory', 'seaweedfs')),
    CONSTRAINT placement_place_unique UNIQUE (store, physical_bucket)
);
CREATE TRIGGER placement_touched BEFORE UPDATE ON placement FOR EACH ROW EXECUTE FUNCTION touch_updated_at();

CREATE TABLE bucket (
    id              uuid PRIMARY KEY,
    name            text COLLATE "C" NOT NULL,
    account         text NOT NULL,
    owner           uuid NOT NULL,
    placement       text NOT NULL,
    versioning      text NOT NULL DEFAULT 'off',
    visibility      text NOT NULL DEFAULT 'private',
    trash_seconds   integer NOT NULL DEFAULT 604800,
    settings        jsonb NOT NULL DEFAULT '{}',
    deleted_at      timestamptz,
    created_at      timestamptz NOT NULL DEFAULT now(),
    updated_at      timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT bucket_name_shape CHECK (name ~ '^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$'),
    CONSTRAINT bucket_account_exists FOREIGN KEY (account) REFERENCES account (id),
    CONSTRAINT bucket_owner_exists FOREIGN KEY (owner) REFERENCES member (id),
    CONSTRAINT bucket_placement_exists FOREIGN KEY (placement) REFERENCES placement (id),
    CONSTRAINT bucket_versioning_known CHECK (versioning IN ('off', 'enabled', 'suspended')),
    CONSTRAINT bucket_visibility_known CHECK (visibility IN ('private', 'public')),
    CONSTRAINT bucket_trash_not_negative CHECK (trash_seconds >= 0),
    CONSTRAINT bucket_settings_object CHECK (jsonb_typeof(settings) = 'object')
);
CREATE TRIGGER bucket_touched BEFORE UPDATE ON bucket FOR EACH ROW EXECUTE FUNCTION touch_updated_at();
CREATE UNIQUE INDEX bucket_name_unique ON bucket (name) WHERE deleted_at IS NULL;
COMMENT ON INDEX bucket_name_unique IS 'A name belongs to one living bucket, of whatever account; look-up by name.';
CREATE INDEX bucket_by_account ON bucket (account, name) WHERE deleted_at IS NULL;
COMMENT ON INDEX bucket_by_account IS 'The list of an account''s buckets.';
CREATE INDEX bucket_by_owner ON bucket (owner);
COMMENT ON INDEX bucket_by_owner IS 'What a member owns; the foreign key of owner.';
CREATE INDEX bucket_by_placement ON bucket (placement);
COMMENT ON INDEX bucket_by_placement IS 'What uses a placement; the foreign key of placement.';


-- What is stored

CREATE TABLE blob_lease (
    id              uuid PRIMARY KEY,
    placement       text NOT NULL,
    holder          uuid NOT NULL,
    names           smallint NOT NULL,
    until           timestamptz NOT NULL,
    created_at      timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT blob_lease_placement_exists FOREIGN KEY (placement) REFERENCES placement (id),
    CONSTRAINT blob_lease_names_bounded CHECK (names BETWEEN 1 AND 1024)
);
COMMENT ON TABLE blob_lease IS 'The ledger of intent: a block of names id, id + 1, … that its holder may store bytes under until then.';
CREATE INDEX blob_lease_by_until ON blob_lease (until);
COMMENT ON INDEX blob_lease_by_until IS 'The sweep: leases that have run out.';
CREATE INDEX blob_lease_by_placement ON blob_lease (placement);
COMMENT ON INDEX blob_lease_by_placement IS 'What uses a placement; the foreign key of placement.';

CREATE TABLE blob (
    id              uuid PRIMARY KEY,
    account         text,
    placement       text NOT NULL,
    locator         text,
    size            bigint,
    stored_size     bigint,
    format          smallint NOT NULL DEFAULT 0,
    key_id          uuid,
    wrapped_key     bytea,
    sums            bytea,
    state           text NOT NULL,
    condemned_at    timestamptz,
    erase_at        timestamptz,
    erased          smallint NOT NULL DEFAULT 0,
    created_at      timestamptz NOT NULL DEFAULT now(),
    updated_at      timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT blob_state_known CHECK (state IN ('live', 'condemned')),
    CONSTRAINT blob_live_is_whole CHECK (state <> 'live'
        OR (account IS NOT NULL AND locator IS NOT NULL AND size IS NOT NULL AND stored_size IS NOT NULL)),
    CONSTRAINT blob_condemned_since CHECK (CASE state WHEN 'condemned' THEN num_nulls(condemned_at, erase_at) = 0
        ELSE num_nonnulls(condemned_at, erase_at) = 0 AND erased = 0 END),
    CONSTRAINT blob_erased_at_most_twice CHECK (erased BETWEEN 0 AND 2),
    CONSTRAINT blob_size_not_negative CHECK (size >= 0 AND stored_size >= 0),
    CONSTRAINT blob_locator_short CHECK (octet_length(locator) BETWEEN 1 AND 64),
    CONSTRAINT blob_key_is_whole CHECK ((key_id IS NULL) = (wrapped_key IS NULL))
);
ALTER TABLE blob ALTER COLUMN sums SET STORAGE EXTERNAL;
COMMENT ON TABLE blob IS 'Stored bytes. A name that was given up without ever being committed stands here as condemned, without a locator.';
COMMENT ON COLUMN blob.erased IS 'How often its bytes were deleted: a put that was given up can still land, so they are deleted twice.';
CREATE INDEX blob_condemned ON blob (erase_at) WHERE state = 'condemned';
COMMENT ON INDEX blob_condemned IS 'The sweep: bytes whose grace has passed.';

CREATE TABLE version (
    bucket          uuid NOT NULL,
    id              uuid NOT NULL,
    key             text COLLATE "C" NOT NULL,
    seq             bigint NOT NULL,
    is_null         boolean NOT NULL,
    kind            text NOT NULL DEFAULT 'object',
    account         text NOT NULL,
    owner           uuid NOT NULL,
    size            bigint NOT NULL,
    etag            text NOT NULL,
    crc32c          bigint NOT NULL,
    md5             bytea,
    sha256          bytea,
    crc64nvme       bytea,
    content_type    text NOT NULL,
    headers         jsonb NOT NULL DEFAULT '{}',
    metadata        jsonb NOT NULL DEFAULT '{}',
    tags            jsonb NOT NULL DEFAULT '{}',
    state           text NOT NULL,
    quarantined     boolean NOT NULL DEFAULT false,
    visibility      text,
    legal_hold      boolean NOT NULL DEFAULT false,
    retain_until    timestamptz,
    trashed_at      timestamptz,
    layout          integer NOT NULL DEFAULT 0,
    extents         integer NOT NULL,
    first_blob      uuid,
    first_offset    bigint,
    first_length    bigint,
    created_at      timestamptz NOT NULL,
    updated_at      timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT version_pkey PRIMARY KEY (bucket, id),
    CONSTRAINT version_order_unique UNIQUE (bucket, key, seq),
    CONSTRAINT version_first_blob_exists FOREIGN KEY (first_blob) REFERENCES blob (id),
    CONSTRAINT version_key_length CHECK (octet_length(key) BETWEEN 1 AND 1024),
    CONSTRAINT version_seq_positive CHECK (seq > 0),
    CONSTRAINT version_kind_known CHECK (kind IN ('object', 'marker')),
    CONSTRAINT version_size_not_negative CHECK (size >= 0),
    CONSTRAINT version_crc32c_is_32_bits CHECK (crc32c BETWEEN 0 AND 4294967295),
    CONSTRAINT version_digest_lengths CHECK (octet_length(md5) = 16 AND octet_length(sha256) = 32 AND octet_length(crc64nvme) = 8),
    CONSTRAINT version_headers_object CHECK (jsonb_typeof(headers) = 'object'),
    CONSTRAINT version_metadata_object CHECK (jsonb_typeof(metadata) = 'object'),
    CONSTRAINT version_tags_object CHECK (jsonb_typeof(tags) = 'object'),
    CONSTRAINT version_state_known CHECK (state IN ('unscanned', 'pending', 'clean', 'infected', 'unscannable', 'failed')),
    CONSTRAINT version_visibility_known CHECK (visibility IN ('private', 'public')),
    CONSTRAINT version_layout_not_negative CHECK (layout >= 0),
    CONSTRAINT version_extents_fit_size CHECK ((extents > 0) = (size > 0)),
    CONSTRAINT version_first_extent_is_whole CHECK (CASE WHEN extents = 0
        THEN num_nonnulls(first_blob, first_offset, first_length) = 0
        ELSE first_blob IS NOT NULL AND first_offset >= 0 AND first_length > 0
    END IS TRUE)
);
COMMENT ON COLUMN version.layout IS 'How often its extents have moved.';
COMMENT ON COLUMN version.visibility IS 'Its own, where it differs from the bucket''s.';
CREATE UNIQUE INDEX version_null_unique ON version (bucket, key) WHERE is_null AND trashed_at IS NULL;
COMMENT ON INDEX version_null_unique IS 'A key has one null version.';
CREATE INDEX version_by_first_blob ON version (first_blob);
COMMENT ON INDEX version_by_first_blob IS 'The sweep: does any version still refer to a blob; the foreign key of first_blob.';
CREATE INDEX version_trashed ON version (bucket, trashed_at) WHERE trashed_at IS NOT NULL;
COMMENT ON INDEX version_trashed IS 'What the trash of a bucket holds, oldest first.';

CREATE TABLE extent (
    bucket          uuid NOT NULL,
    version         uuid NOT NULL,
    ordinal         integer NOT NULL,
    blob            uuid NOT NULL,
    blob_offset     bigint NOT NULL,
    length          bigint NOT NULL,
    CONSTRAINT extent_pkey PRIMARY KEY (bucket, version, ordinal),
    CONSTRAINT extent_blob_exists FOREIGN KEY (blob) REFERENCES blob (id),
    CONSTRAINT extent_ordinal_after_first CHECK (ordinal > 0),
    CONSTRAINT extent_span_valid CHECK (blob_offset >= 0 AND length > 0)
);
COMMENT ON TABLE extent IS 'The second and later extents of versions; the first stands in the version itself.';
CREATE INDEX extent_by_blob ON extent (blob);
COMMENT ON INDEX extent_by_blob IS 'The sweep: does any version still refer to a blob; the foreign key of blob.';

CREATE TABLE head (
    bucket          uuid NOT NULL,
    key             text COLLATE "C" NOT NULL,
    seq             bigint NOT NULL DEFAULT 0,
    listed          boolean NOT NULL DEFAULT false,
    version         uuid,
    account         text,
    owner           uuid,
    size            bigint,
    etag            text,
    crc32c          bigint,
    md5             bytea,
    sha256          bytea,
    content_type    text,
    headers         jsonb,
    metadata        jsonb,
    tags            jsonb,
    state           text,
    quarantined     boolean NOT NULL DEFAULT false,
    visibility      text,
    layout          integer,
    extents         integer,
    first_blob      uuid,
    first_placement text,
    first_locator   text,
    first_offset    bigint,
    first_length    bigint,
    modified_at     timestamptz,
    created_at      timestamptz NOT NULL DEFAULT now(),
    updated_at      timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT head_pkey PRIMARY KEY (bucket, key),
    CONSTRAINT head_key_length CHECK (octet_length(key) BETWEEN 1 AND 1024),
    CONSTRAINT head_seq_not_negative CHECK (seq >= 0),
    CONSTRAINT head_state_known CHECK (state IN ('unscanned', 'pending', 'clean', 'infected', 'unscannable', 'failed')),
    CONSTRAINT head_visibility_known CHECK (visibility IN ('private', 'public')),
    CONSTRAINT head_listed_is_whole CHECK (NOT listed OR num_nulls(version, account, owner, size, etag, crc32c, content_type, headers,
        metadata, tags, state, layout, extents, modified_at) = 0),
    CONSTRAINT head_first_extent_is_whole CHECK (NOT listed OR extents = 0
        OR num_nulls(first_blob, first_placement, first_locator, first_offset, first_length) = 0)
) WITH (fillfactor = 85);
COMMENT ON TABLE head IS 'What a name points to, with all that a GET or a line of a list needs. A row outlives its object: seq counts on.';
CREATE INDEX head_listing ON head (bucket, key) WHERE listed;
COMMENT ON INDEX head_listing IS 'Every list of a bucket; names behind a delete are not in it.';

CREATE TABLE gc_candidate (
    blob            uuid PRIMARY KEY,
    queued_at       timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE gc_candidate IS 'Blobs that lost a reference: beside leases that ran out, all that the sweep looks at.';
CREATE INDEX gc_candidate_by_age ON gc_candidate (queued_at);
COMMENT ON INDEX gc_candidate_by_age IS 'The sweep: oldest candidates first.';

CREATE TABLE usage (
    account         text NOT NULL,
    owner           uuid NOT NULL,
    stored_bytes    bigint NOT NULL DEFAULT 0,
    stored_objects  bigint NOT NULL DEFAULT 0,
    reserved_bytes  bigint NOT NULL DEFAULT 0,
    trashed_bytes   bigint NOT NULL DEFAULT 0,
    limit_bytes     bigint,
    created_at      timestamptz NOT NULL DEFAULT now(),
    updated_at      timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT usage_pkey PRIMARY KEY (account, owner),
    CONSTRAINT usage_not_negative CHECK (stored_bytes >= 0 AND stored_objects >= 0 AND reserved_bytes >= 0 AND trashed_bytes >= 0),
    CONSTRAINT usage_limit_not_negative CHECK (limit_bytes >= 0)
) WITH (fillfactor = 70);

CREATE TABLE idempotency (
    account         text NOT NULL,
    owner           uuid NOT NULL,
    key             text COLLATE "C" NOT NULL,
    fingerprint     bytea NOT NULL,
    answer          jsonb NOT NULL,
    expires_at      timestamptz NOT NULL,
    created_at      timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT idempotency_pkey PRIMARY KEY (account, owner, key),
    CONSTRAINT idempotency_key_length CHECK (octet_length(key) BETWEEN 1 AND 255),
    CONSTRAINT idempotency_fingerprint_length CHECK (octet_length(fingerprint) = 32)
);
CREATE INDEX idempotency_by_expiry ON idempotency (expires_at);
COMMENT ON INDEX idempotency_by_expiry IS 'Removal of answers that nobody may ask for any more.';


-- What has happened

CREATE TABLE outbox (
    id              uuid PRIMARY KEY,
    account         text NOT NULL,
    bucket          uuid NOT NULL,
    key             text COLLATE "C" NOT NULL,
    seq             bigint NOT NULL,
    kind            text NOT NULL,
    payload         jsonb NOT NULL DEFAULT '{}',
    position        bigint,
    created_at      timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT outbox_position_unique UNIQUE (position),
    CONSTRAINT outbox_payload_object CHECK (jsonb_typeof(payload) = 'object')
);
COMMENT ON COLUMN outbox.position IS 'Given by the one announcer after commit; cursors are positions.';
CREATE INDEX outbox_unannounced ON outbox (bucket, key, seq) WHERE position IS NULL;
COMMENT ON INDEX outbox_unannounced IS 'The announcer: what has no position yet, in the order of each key.';

CREATE TABLE announcer (
    id              boolean PRIMARY KEY DEFAULT true,
    position        bigint NOT NULL DEFAULT 0,
    created_at      timestamptz NOT NULL DEFAULT now(),
    updated_at      timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT announcer_is_one CHECK (id),
    CONSTRAINT announcer_position_not_negative CHECK (position >= 0)
);
COMMENT ON TABLE announcer IS 'One row: whoever holds its lock gives positions, and the last one given stands in it.';
INSERT INTO announcer DEFAULT VALUES;

CREATE TABLE audit (
    at              timestamptz NOT NULL,
    id              uuid NOT NULL,
    account         text NOT NULL,
    actor           uuid,
    on_behalf_of    uuid,
    credential      uuid,
    action          text NOT NULL,
    bucket          text COLLATE "C",
    key             text COLLATE "C",
    version         uuid,
    result          text NOT NULL,
    reason          text,
    address         text,
    agent           text,
    request_id      text NOT NULL,
    bytes           bigint,
    duration_ms     integer,
    CONSTRAINT audit_pkey PRIMARY KEY (at, id),
    CONSTRAINT audit_result_known CHECK (result IN ('done', 'refused', 'failed'))
) PARTITION BY RANGE (at);
COMMENT ON TABLE audit IS 'Every change, written with it. Rows are only ever added; a month is a partition.';
CREATE INDEX audit_by_actor ON audit (account, actor, at);
COMMENT ON INDEX audit_by_actor IS 'What a member did.';
CREATE INDEX audit_by_object ON audit (account, bucket, key, at);
COMMENT ON INDEX audit_by_object IS 'What happened to an object.';
CREATE TABLE audit_default PARTITION OF audit DEFAULT;

CREATE TABLE access_log (
    at              timestamptz NOT NULL,
    id              uuid NOT NULL,
    account         text NOT NULL,
    actor           uuid,
    on_behalf_of    uuid,
    credential      uuid,
    action          text NOT NULL,
    bucket          text COLLATE "C",
    key             text COLLATE "C",
    version         uuid,
    result          text NOT NULL,
    reason          text,
    address         text,
    agent           text,
    request_id      text NOT NULL,
    bytes           bigint,
    duration_ms     integer,
    CONSTRAINT access_log_pkey PRIMARY KEY (at, id),
    CONSTRAINT access_log_result_known CHECK (result IN ('done', 'refused', 'failed'))
) PARTITION BY RANGE (at);
COMMENT ON TABLE access_log IS 'Reads, as far as their bucket records them; written in batches, a day is a partition.';
CREATE TABLE access_log_default PARTITION OF access_log DEFAULT;

CREATE TABLE audit_seal (
    number          bigint PRIMARY KEY,
    first_at        timestamptz NOT NULL,
    first_id        uuid NOT NULL,
    last_at         timestamptz NOT NULL,
    last_id         uuid NOT NULL,
    entries         bigint NOT NULL,
    hash            bytea NOT NULL,
    created_at      timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT audit_seal_number_positive CHECK (number > 0),
    CONSTRAINT audit_seal_entries_positive CHECK (entries > 0),
    CONSTRAINT audit_seal_hash_length CHECK (octet_length(hash) = 32)
);
COMMENT ON TABLE audit_seal IS 'A chain of hashes over committed audit rows; seal n covers a range and the hash of seal n - 1.';


-- Months and days ahead. The service may not create tables, so it asks this function, which runs as the owner.

CREATE FUNCTION ensure_partition(parent text, suffix text, lower_bound timestamptz, upper_bound timestamptz) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
DECLARE
    partition_name text := parent || '_' || suffix;
BEGIN
    IF to_regclass(format('public.%I', partition_name)) IS NULL THEN
        EXECUTE format('CREATE TABLE public.%I PARTITION OF public.%I FOR VALUES FROM (%L) TO (%L)',
            partition_name, parent, lower_bound, upper_bound);
    END IF;
END
$$;

CREATE FUNCTION ensure_partitions() RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public SET timezone = 'UTC' AS $$
DECLARE
    start timestamptz;
BEGIN
    -- One at a time: two that look and then create would collide.
    PERFORM pg_advisory_xact_lock(hashtextextended('seawall.ensure_partitions', 0));
    FOR start IN SELECT generate_series(date_trunc('month', now()), date_trunc('month', now()) + interval '3 months', interval '1 month') LOOP
        PERFORM public.ensure_partition('audit', to_char(start, 'YYYY_MM'), start, start + interval '1 month');
    END LOOP;
    FOR start IN SELECT generate_series(date_trunc('day', now()), date_trunc('day', now()) + interval '7 days', interval '1 day') LOOP
        PERFORM public.ensure_partition('access_log', to_char(start, 'YYYY_MM_DD'), start, start + interval '1 day');
    END LOOP;
END
$$;
REVOKE ALL ON FUNCTION ensure_partition(text, text, timestamptz, timestamptz) FROM PUBLIC;
REVOKE ALL ON FUNCTION ensure_partitions() FROM PUBLIC;

SELECT ensure_partitions();
