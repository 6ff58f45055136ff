-- name: tell_server
-- What the server is, and what it promises to whoever asks. A limit of -1 is none.
SELECT current_setting('server_version_num')::integer AS number,
    split_part(current_setting('server_version'), ' ', 1) AS version,
    current_setting('transaction_read_only')::boolean AS read_only,
    current_setting('fsync')::boolean AND current_setting('full_page_writes')::boolean AS synced,
    current_setting('synchronous_commit') <> 'off' AS awaited,
    current_setting('max_connections')::integer AS total,
    current_setting('superuser_reserved_connections')::integer
        + coalesce(current_setting('reserved_connections', true)::integer, 0) AS reserved,
    (SELECT rolconnlimit FROM pg_roles WHERE rolname = current_user) AS role_limit,
    (SELECT datconnlimit FROM pg_database WHERE datname = current_database()) AS database_limit,
    clock_timestamp() AS now;

-- name: tell_role
-- Who asks, and what that role could do beyond tables. A schema that a role may not use is not in its search path.
SELECT current_user::text AS name,
    rolsuper AS superuser,
    array_remove(
        ARRAY[
            CASE WHEN rolcreatedb THEN 'CREATEDB' END,
            CASE WHEN rolcreaterole THEN 'CREATEROLE' END,
            CASE WHEN rolreplication THEN 'REPLICATION' END,
            CASE WHEN rolbypassrls THEN 'BYPASSRLS' END,
            CASE WHEN has_schema_privilege(current_schema(), 'CREATE') THEN 'CREATE in the schema' END,
            CASE WHEN has_database_privilege(current_database(), 'CREATE') THEN 'CREATE in the database' END,
            CASE WHEN pg_has_role('pg_execute_server_program', 'MEMBER') THEN 'pg_execute_server_program' END,
            CASE WHEN pg_has_role('pg_read_server_files', 'MEMBER') THEN 'pg_read_server_files' END,
            CASE WHEN pg_has_role('pg_write_server_files', 'MEMBER') THEN 'pg_write_server_files' END
        ],
        NULL
    ) AS powers,
    current_schema() IS NOT NULL AS finds_schema,
    EXISTS (
        SELECT FROM pg_class c
        JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE n.nspname = current_schema() AND c.relkind IN ('r', 'p', 'v') AND pg_has_role(c.relowner, 'MEMBER')
    ) AS owns
FROM pg_roles
WHERE rolname = current_user;

-- name: tell_rights
-- What whoever asks may do with each relation and function of the schema's owner; `partly` is what some column allows.
WITH owner AS (
    SELECT c.relowner AS id, n.oid AS schema
    FROM pg_class c
    JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.oid = to_regclass('schema_migration')
)
SELECT c.relname::text AS name,
    CASE WHEN c.relispartition THEN 'partition' WHEN c.relkind = 'v' THEN 'view' ELSE 'table' END AS kind,
    ARRAY(
        SELECT privilege
        FROM unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'TRUNCATE', 'REFERENCES', 'TRIGGER']) AS privilege
        WHERE has_table_privilege(c.oid, privilege)
    ) AS held,
    ARRAY(
        SELECT privilege
        FROM unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'REFERENCES']) AS privilege
        WHERE has_any_column_privilege(c.oid, privilege)
    ) AS partly
FROM pg_class c
JOIN owner ON owner.id = c.relowner AND owner.schema = c.relnamespace
WHERE c.relkind IN ('r', 'p', 'v')
UNION ALL
SELECT p.proname::text, 'function', ARRAY(SELECT 'EXECUTE' WHERE has_function_privilege(p.oid, 'EXECUTE')), ARRAY[]::text[]
FROM pg_proc p
JOIN owner ON owner.id = p.proowner AND owner.schema = p.pronamespace
ORDER BY 1;

-- name: missing_partitions
-- Partitions of this month and the next, of today and tomorrow, that were not made: what belongs there lands in the default one.
SELECT parent || '_' || suffix AS name
FROM (
    VALUES ('audit', to_char(now() AT TIME ZONE 'UTC', 'YYYY_MM')),
        ('audit', to_char(now() AT TIME ZONE 'UTC' + interval '1 month', 'YYYY_MM')),
        ('access_log', to_char(now() AT TIME ZONE 'UTC', 'YYYY_MM_DD')),
        ('access_log', to_char(now() AT TIME ZONE 'UTC' + interval '1 day', 'YYYY_MM_DD'))
) AS due (parent, suffix)
WHERE to_regclass(parent || '_' || suffix) IS NULL;

-- name: newest_key_pair
-- What was sealed last, for whoever wants to know whether it can be opened.
SELECT access_key, sealed_secret FROM credential WHERE kind = 's3' ORDER BY id DESC LIMIT 1;
