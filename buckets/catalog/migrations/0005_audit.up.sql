-- The audit is read, sealed and, after its time, removed.

-- Who did what: pages of it, youngest first, each with the order that it is read in

ALTER TABLE access_log ADD COLUMN subject text;
COMMENT ON COLUMN access_log.subject IS 'As in the audit: both are read as one.';

DROP INDEX audit_by_actor;
DROP INDEX audit_by_object;
CREATE INDEX audit_by_account ON audit (account, at, id);
COMMENT ON INDEX audit_by_account IS 'What happened in an account.';
CREATE INDEX audit_by_actor ON audit (account, actor, at, id);
COMMENT ON INDEX audit_by_actor IS 'What a member did.';
CREATE INDEX audit_by_beneficiary ON audit (account, on_behalf_of, at, id) WHERE on_behalf_of IS NOT NULL;
COMMENT ON INDEX audit_by_beneficiary IS 'What was done on behalf of a member.';
CREATE INDEX audit_by_object ON audit (account, bucket, key, at, id);
COMMENT ON INDEX audit_by_object IS 'What happened to an object.';
CREATE INDEX audit_by_subject ON audit (account, subject, at, id) WHERE subject IS NOT NULL;
COMMENT ON INDEX audit_by_subject IS 'What happened to a member, a key or an account.';

CREATE INDEX access_log_by_account ON access_log (account, at, id);
COMMENT ON INDEX access_log_by_account IS 'What was read in an account.';
CREATE INDEX access_log_by_actor ON access_log (account, actor, at, id);
COMMENT ON INDEX access_log_by_actor IS 'What a member read.';
CREATE INDEX access_log_by_beneficiary ON access_log (account, on_behalf_of, at, id) WHERE on_behalf_of IS NOT NULL;
COMMENT ON INDEX access_log_by_beneficiary IS 'What was read on behalf of a member.';
CREATE INDEX access_log_by_object ON access_log (account, bucket, key, at, id);
COMMENT ON INDEX access_log_by_object IS 'Who read an object.';
CREATE INDEX access_log_by_subject ON access_log (account, subject, at, id) WHERE subject IS NOT NULL;
COMMENT ON INDEX access_log_by_subject IS 'Nothing yet: reads are of objects. Both tables are asked the same.';

CREATE VIEW audit_entry AS
SELECT 'change' AS kind, at, id, account, actor, on_behalf_of, credential, action, bucket, key, version, subject, result, reason, address,
    agent, request_id, bytes, duration_ms
FROM audit
UNION ALL
SELECT 'read', at, id, account, actor, on_behalf_of, credential, action, bucket, key, version, subject, result, reason, address,
    agent, request_id, bytes, duration_ms
FROM access_log;
COMMENT ON VIEW audit_entry IS 'Changes, and the reads that are on record.';


COMMENT ON COLUMN audit_seal.last_at IS 'With last_id, the end of what it covers, which may lie behind its last row.';


-- Months that went by. Their seals stay, so that what is missing can be told from what was taken away.

CREATE TABLE audit_removal (
    partition       text PRIMARY KEY,
    from_at         timestamptz NOT NULL,
    until_at        timestamptz NOT NULL,
    last_seal       bigint NOT NULL,
    created_at      timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT audit_removal_is_a_time CHECK (from_at < until_at),
    CONSTRAINT audit_removal_last_seal_not_negative CHECK (last_seal >= 0)
);
COMMENT ON TABLE audit_removal IS 'Partitions of the audit that retention has removed. Written by remove_partition alone.';
COMMENT ON COLUMN audit_removal.last_seal IS 'The last seal there was at the time.';

-- The service may not drop tables, so it asks this function, which runs as the owner and knows what must never go: a month of the audit
-- that is younger than 30 days, or that holds a row which no seal covers.
CREATE FUNCTION remove_partition(parent text, days integer) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public SET timezone = 'UTC' SET lock_timeout = '3s' AS $$
DECLARE
    is_audit boolean := parent = 'audit';
    shape text := CASE parent WHEN 'audit' THEN 'YYYY_MM' WHEN 'access_log' THEN 'YYYY_MM_DD' END;
    fewest integer := CASE parent WHEN 'audit' THEN 30 ELSE 1 END;
    lasting interval := CASE parent WHEN 'audit' THEN interval '1 month' ELSE interval '1 day' END;
    number bigint;
    sealed_at timestamptz;
    sealed_id uuid;
    holds_unsealed boolean;
    candidate record;
BEGIN
    IF shape IS NULL OR days IS NULL OR days < fewest THEN
        RAISE EXCEPTION 'nothing of % is removed after % days', parent, days USING ERRCODE = 'invalid_parameter_value';
    END IF;
    SELECT s.number, s.last_at, s.last_id INTO number, sealed_at, sealed_id FROM public.audit_seal s ORDER BY s.number DESC LIMIT 1;
    FOR candidate IN
        SELECT c.relname::text AS name, start.at AS from_at, start.at + lasting AS until_at
        FROM pg_inherits i
        JOIN pg_class c ON c.oid = i.inhrelid
        CROSS JOIN LATERAL (SELECT substr(c.relname, length(parent) + 2) AS suffix) named
        CROSS JOIN LATERAL (
            SELECT CASE WHEN named.suffix ~ '^\d{4}(_\d{2}){1,2}$' THEN to_timestamp(named.suffix, shape) END AS at
        ) start
        WHERE i.inhparent = format('public.%I', parent)::regclass AND start.at + lasting <= now() - make_interval(days => days)
        ORDER BY start.at
    LOOP
        IF is_audit THEN
            EXECUTE format('SELECT EXISTS (SELECT FROM public.%I WHERE $1 IS NULL OR (at, id) > ($1, $2))', candidate.name)
                INTO holds_unsealed USING sealed_at, sealed_id;
            CONTINUE WHEN holds_unsealed;
            INSERT INTO public.audit_removal (partition, from_at, until_at, last_seal)
            VALUES (candidate.name, candidate.from_at, candidate.until_at, coalesce(number, 0));
            INSERT INTO public.audit (at, id, account, action, subject, result, request_id)
            SELECT now(), gen_random_uuid(), a.id, 'remove_audit', 'partition:' || candidate.name, 'done', ''
            FROM public.account a WHERE a.operates;
        END IF;
        EXECUTE format('DROP TABLE public.%I', candidate.name);
        RETURN candidate.name;
    END LOOP;
    RETURN NULL;
END
$$;
REVOKE ALL ON FUNCTION remove_partition(text, integer) FROM PUBLIC;
