-- name: find_identities
-- Active users by what others call them.
SELECT i.issuer, i.subject, m.id AS member, m.account, m.role, m.tier
FROM unnest($1::text[], $2::text[]) AS asked (issuer, subject)
JOIN member_identity i ON i.issuer = asked.issuer AND i.subject = asked.subject
JOIN member m ON m.id = i.member AND m.status = 'active'
JOIN account a ON a.id = m.account AND a.status = 'active';
