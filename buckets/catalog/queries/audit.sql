-- name: page_audit
-- What happened in an account, the youngest first. What does not fit is passed over, up to some thousand lines; the last that was
-- looked at then says where to go on.
SELECT * FROM (
    SELECT e.*, row_number() OVER () AS ordinal,
        ($6::uuid IS NULL OR e.actor = $6) AND ($7::uuid IS NULL OR e.on_behalf_of = $7) AND ($8::text IS NULL OR e.action = $8)
            AND ($9::text IS NULL OR e.bucket = $9) AND ($10::text IS NULL OR e.key = $10)
            AND ($11::uuid IS NULL OR e.version = $11) AND ($12::text IS NULL OR e.subject = $12)
            AND ($13::text IS NULL OR e.result = $13) AND ($14::text IS NULL OR e.address = $14) AS fits
    FROM (
        SELECT * FROM audit_entry
        WHERE account = $1 AND at <= $2 AND (at, id) < ($2, $3) AND at >= $4 AND ($5::text IS NULL OR kind = $5)
        ORDER BY at DESC, id DESC LIMIT 5000
    ) e
) looked_at
WHERE fits OR ordinal = 5000
LIMIT $15;

-- name: page_audit_of_actor
-- Likewise, of what a member did.
SELECT * FROM (
    SELECT e.*, row_number() OVER () AS ordinal,
        ($6::uuid IS NULL OR e.actor = $6) AND ($7::uuid IS NULL OR e.on_behalf_of = $7) AND ($8::text IS NULL OR e.action = $8)
            AND ($9::text IS NULL OR e.bucket = $9) AND ($10::text IS NULL OR e.key = $10)
            AND ($11::uuid IS NULL OR e.version = $11) AND ($12::text IS NULL OR e.subject = $12)
            AND ($13::text IS NULL OR e.result = $13) AND ($14::text IS NULL OR e.address = $14) AS fits
    FROM (
        SELECT * FROM audit_entry
        WHERE account = $1 AND at <= $2 AND (at, id) < ($2, $3) AND at >= $4 AND ($5::text IS NULL OR kind = $5) AND actor = $6
        ORDER BY at DESC, id DESC LIMIT 5000
    ) e
) looked_at
WHERE fits OR ordinal = 5000
LIMIT $15;

-- name: page_audit_of_beneficiary
-- Likewise, of what was done on behalf of a member.
SELECT * FROM (
    SELECT e.*, row_number() OVER () AS ordinal,
        ($6::uuid IS NULL OR e.actor = $6) AND ($7::uuid IS NULL OR e.on_behalf_of = $7) AND ($8::text IS NULL OR e.action = $8)
            AND ($9::text IS NULL OR e.bucket = $9) AND ($10::text IS NULL OR e.key = $10)
            AND ($11::uuid IS NULL OR e.version = $11) AND ($12::text IS NULL OR e.subject = $12)
            AND ($13::text IS NULL OR e.result = $13) AND ($14::text IS NULL OR e.address = $14) AS fits
    FROM (
        SELECT * FROM audit_entry
        WHERE account = $1 AND at <= $2 AND (at, id) < ($2, $3) AND at >= $4 AND ($5::text IS NULL OR kind = $5) AND on_behalf_of = $7
        ORDER BY at DESC, id DESC LIMIT 5000
    ) e
) looked_at
WHERE fits OR ordinal = 5000
LIMIT $15;

-- name: page_audit_of_object
-- Likewise, of what happened to an object.
SELECT * FROM (
    SELECT e.*, row_number() OVER () AS ordinal,
        ($6::uuid IS NULL OR e.actor = $6) AND ($7::uuid IS NULL OR e.on_behalf_of = $7) AND ($8::text IS NULL OR e.action = $8)
            AND ($9::text IS NULL OR e.bucket = $9) AND ($10::text IS NULL OR e.key = $10)
            AND ($11::uuid IS NULL OR e.version = $11) AND ($12::text IS NULL OR e.subject = $12)
            AND ($13::text IS NULL OR e.result = $13) AND ($14::text IS NULL OR e.address = $14) AS fits
    FROM (
        SELECT * FROM audit_entry
        WHERE account = $1 AND at <= $2 AND (at, id) < ($2, $3) AND at >= $4 AND ($5::text IS NULL OR kind = $5) AND bucket = $9 AND key = $10
        ORDER BY at DESC, id DESC LIMIT 5000
    ) e
) looked_at
WHERE fits OR ordinal = 5000
LIMIT $15;

-- name: page_audit_of_subject
-- Likewise, of what happened to a member, a key or an account.
SELECT * FROM (
    SELECT e.*, row_number() OVER () AS ordinal,
        ($6::uuid IS NULL OR e.actor = $6) AND ($7::uuid IS NULL OR e.on_behalf_of = $7) AND ($8::text IS NULL OR e.action = $8)
            AND ($9::text IS NULL OR e.bucket = $9) AND ($10::text IS NULL OR e.key = $10)
            AND ($11::uuid IS NULL OR e.version = $11) AND ($12::text IS NULL OR e.subject = $12)
            AND ($13::text IS NULL OR e.result = $13) AND ($14::text IS NULL OR e.address = $14) AS fits
    FROM (
        SELECT * FROM audit_entry
        WHERE account = $1 AND at <= $2 AND (at, id) < ($2, $3) AND at >= $4 AND ($5::text IS NULL OR kind = $5) AND subject = $12
        ORDER BY at DESC, id DESC LIMIT 5000
    ) e
) looked_at
WHERE fits OR ordinal = 5000
LIMIT $15;
