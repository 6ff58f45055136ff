-- Runs once, on an empty data directory, as the superuser: the role that owns the tables, the role that the service logs in as, and
-- two databases, the second one for tests. Tables and rights on them are made by `seawall migrate up`.

SET log_min_error_statement = panic; -- a statement that fails is logged otherwise, and these hold passwords
SET log_statement = 'none';

\getenv owner_password SEAWALL_OWNER_PASSWORD
\getenv service_password SEAWALL_SERVICE_PASSWORD

CREATE ROLE seawall_owner LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS PASSWORD :'owner_password';
CREATE ROLE seawall_service LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS PASSWORD :'service_password';

CREATE DATABASE seawall OWNER seawall_owner;
CREATE DATABASE seawall_test OWNER seawall_owner;

REVOKE ALL ON DATABASE seawall, seawall_test FROM PUBLIC;
GRANT CONNECT ON DATABASE seawall, seawall_test TO seawall_service;
