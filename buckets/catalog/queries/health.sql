-- name: make_room
-- Partitions for the months and days to come, made by a function that may.
SELECT ensure_partitions();

-- name: check
-- Which server answers, and how far its schema has come.
SELECT split_part(current_setting('server_version'), ' ', 1) AS server_version,
    (SELECT coalesce(max(number), 0) FROM schema_migration) AS migration;
