-- People and services with what is known of them, who they are elsewhere, how they sign in, and how far keys reach.

-- Accounts and users

ALTER TABLE account ADD COLUMN operates boolean NOT NULL DEFAULT false;
COMMENT ON COLUMN account.operates IS 'Its owners and admins make other accounts: the first one, which runs the installation.';
UPDATE account SET operates = true WHERE id = (SELECT id FROM account ORDER BY created_at, id LIMIT 1);

ALTER TABLE member
    ADD COLUMN email text,
    ADD COLUMN tier text NOT NULL DEFAULT 'unlimited',
    ADD COLUMN password_hash text,
    ADD COLUMN revision integer NOT NULL DEFAULT 1,
    ADD COLUMN deleted_at timestamptz,
    ADD CONSTRAINT member_email_shape CHECK (email ~ '^[^@[:space:]]+@[^@[:space:]]+$' AND octet_length(email) <= 254),
    ADD CONSTRAINT member_tier_shape CHECK (tier ~ '^[a-z][a-z0-9-]{0,31}$'),
    ADD CONSTRAINT member_password_hash_slow CHECK (password_hash LIKE '$argon2id$%'),
    ADD CONSTRAINT member_revision_positive CHECK (revision > 0),
    ADD CONSTRAINT member_deleted_since CHECK ((status = 'deleted') = (deleted_at IS NOT NULL));
COMMENT ON COLUMN member.revision IS 'Counts what was changed about it, its password included.';
CREATE UNIQUE INDEX member_email_unique ON member (account, lower(email)) WHERE status <> 'deleted';
COMMENT ON INDEX member_email_unique IS 'An address belongs to one user of an account, however it is written: what other accounts have is not told.';
CREATE INDEX member_by_email ON member (lower(email)) WHERE status = 'active' AND email IS NOT NULL;
COMMENT ON INDEX member_by_email IS 'Who signs in.';

CREATE TABLE member_identity (
    issuer          text COLLATE "C" NOT NULL,
    subject         text COLLATE "C" NOT NULL,
    member          uuid NOT NULL,
    created_at      timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT member_identity_pkey PRIMARY KEY (issuer, subject),
    CONSTRAINT member_identity_member_exists FOREIGN KEY (member) REFERENCES member (id),
    CONSTRAINT member_identity_issuer_length CHECK (octet_length(issuer) BETWEEN 1 AND 255),
    CONSTRAINT member_identity_subject_length CHECK (octet_length(subject) BETWEEN 1 AND 255)
);
COMMENT ON TABLE member_identity IS 'Who a user is where somebody else signs it in. One person there is one user here.';
CREATE INDEX member_identity_by_member ON member_identity (member);
COMMENT ON INDEX member_identity_by_member IS 'What a user is called elsewhere; the foreign key of member.';


-- How people sign in

CREATE TABLE login (
    id              uuid PRIMARY KEY,
    member          uuid NOT NULL,
    token_hash      bytea NOT NULL,
    agent           text NOT NULL DEFAULT '',
    address         text NOT NULL DEFAULT '',
    idle_seconds    integer NOT NULL,
    seen_at         timestamptz NOT NULL DEFAULT now(),
    expires_at      timestamptz NOT NULL,
    revoked_at      timestamptz,
    created_at      timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT login_member_exists FOREIGN KEY (member) REFERENCES member (id),
    CONSTRAINT login_token_hash_length CHECK (octet_length(token_hash) = 32),
    CONSTRAINT login_token_hash_unique UNIQUE (token_hash),
    CONSTRAINT login_idle_positive CHECK (idle_seconds > 0),
    CONSTRAINT login_words_bounded CHECK (octet_length(agent) <= 1024 AND octet_length(address) <= 64)
);
COMMENT ON TABLE login IS 'A person who signed in; only the hash of the token is kept.';
CREATE INDEX login_by_member ON login (member, id);
COMMENT ON INDEX login_by_member IS 'Where somebody is signed in; the foreign key of member.';
CREATE INDEX login_by_expiry ON login (expires_at);
COMMENT ON INDEX login_by_expiry IS 'Removal of those that have run out.';


-- How far keys reach

COMMENT ON COLUMN credential.scopes IS 'What it is limited to: actions, places, networks, and whether it acts as others. {} is all that its owner may do.';
CREATE INDEX credential_by_expiry ON credential (expires_at) WHERE expires_at IS NOT NULL;
COMMENT ON INDEX credential_by_expiry IS 'Keys that run out soon.';


-- What happens to people and keys is on record too

ALTER TABLE audit ADD COLUMN subject text;
COMMENT ON COLUMN audit.subject IS 'What it was done to, where that is no object and no bucket: user:ID, key:ID, account:ID, login:ID.';
