-- What the service may do, set anew after each migration: everything it needs to work, nothing that could unmake the schema or the
-- record of what has happened. The runner puts the name of its role into seawall.service_role first.
--
-- Partitions are reached through their parent only. Functions are closed to everybody; one that the service calls is opened below.
DO $$
DECLARE
    service text := current_setting('seawall.service_role');
    relation record;
    routine record;
    allowed text;
BEGIN
    EXECUTE format('REVOKE ALL ON SCHEMA %I FROM PUBLIC, %I', current_schema(), service);
    EXECUTE format('GRANT USAGE ON SCHEMA %I TO %I', current_schema(), service);

    FOR relation IN
        SELECT c.relname AS name, c.relispartition AS is_partition, c.relkind = 'v' AS is_view
        FROM pg_class c
        JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE n.nspname = current_schema() AND c.relkind IN ('r', 'p', 'v') AND pg_has_role(c.relowner, 'USAGE')
        ORDER BY c.relname
    LOOP
        EXECUTE format('REVOKE ALL ON TABLE %I FROM PUBLIC, %I', relation.name, service);
        CONTINUE WHEN relation.is_partition;
        allowed := CASE
            WHEN relation.name IN ('schema_migration', 'audit_removal') OR relation.is_view THEN 'SELECT'
            WHEN relation.name IN ('audit', 'audit_seal', 'access_log') THEN 'SELECT, INSERT'
            ELSE 'SELECT, INSERT, UPDATE, DELETE'
        END;
        EXECUTE format('GRANT %s ON TABLE %I TO %I', allowed, relation.name, service);
    END LOOP;

    FOR routine IN
        SELECT p.oid::regprocedure AS signature
        FROM pg_proc p
        JOIN pg_namespace n ON n.oid = p.pronamespace
        WHERE n.nspname = current_schema() AND pg_has_role(p.proowner, 'USAGE')
        ORDER BY 1
    LOOP
        EXECUTE format('REVOKE ALL ON ROUTINE %s FROM PUBLIC, %I', routine.signature, service);
    END LOOP;
    FOR routine IN
        SELECT open.name AS signature
        FROM (VALUES ('ensure_partitions()'), ('remove_partition(text,integer)')) AS open (name)
        WHERE to_regprocedure(open.name) IS NOT NULL
    LOOP
        EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO %I', routine.signature, service);
    END LOOP;
END
$$;
