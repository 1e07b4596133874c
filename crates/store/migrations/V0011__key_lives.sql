-- When a signing key began to sign, when it ceased to, and when it was revoked. A key that signs now
-- has done so since it was made.
ALTER TABLE signing_keys ADD COLUMN current_since BIGINT;
ALTER TABLE signing_keys ADD COLUMN current_until BIGINT;
ALTER TABLE signing_keys ADD COLUMN revoked_at BIGINT;
UPDATE signing_keys SET current_since = created_at WHERE state = 'current';

-- One key signs and one is the next, whoever makes them first.
CREATE UNIQUE INDEX signing_keys_one_of_each ON signing_keys (tenant_id, state)
    WHERE state IN ('current', 'next');
