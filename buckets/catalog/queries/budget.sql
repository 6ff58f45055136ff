-- name: connection_budget
-- How many connections the server takes, and how many of them it keeps for others.
SELECT current_setting('max_connections')::integer AS total,
    current_setting('superuser_reserved_connections')::integer
        + coalesce(current_setting('reserved_connections', true)::integer, 0) AS reserved;
