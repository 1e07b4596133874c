-- What a client proves itself with: several secrets that tell when they were used, the public keys of
-- private_key_jwt, and the assertions that were used up.

ALTER TABLE client_secrets ADD COLUMN label TEXT;
ALTER TABLE client_secrets ADD COLUMN last_used_at BIGINT;
ALTER TABLE client_secrets ADD COLUMN last_used_ip TEXT;
CREATE INDEX client_secrets_to_purge ON client_secrets (expires_at) WHERE expires_at IS NOT NULL;

-- One secret of a client is the client secret. Two rotations at once could leave two behind.
UPDATE client_secrets SET is_primary = FALSE WHERE is_primary = TRUE AND EXISTS
    (SELECT 1 FROM client_secrets AS newer WHERE newer.tenant_id = client_secrets.tenant_id
        AND newer.client_id = client_secrets.client_id AND newer.is_primary = TRUE
        AND (newer.created_at, newer.id) > (client_secrets.created_at, client_secrets.id));
CREATE UNIQUE INDEX client_secrets_primary ON client_secrets (tenant_id, client_id) WHERE is_primary = TRUE;

CREATE TABLE client_credentials (
    tenant_id TEXT COLLATE "C" NOT NULL,
    id TEXT COLLATE "C" NOT NULL,
    client_id TEXT COLLATE "C" NOT NULL,
    name TEXT,
    algorithm TEXT NOT NULL,
    kid TEXT COLLATE "C" NOT NULL,
    public_key TEXT NOT NULL,
    certificate_sha256 TEXT,
    expires_at BIGINT,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, client_id, kid),
    FOREIGN KEY (tenant_id, client_id) REFERENCES clients (tenant_id, id)
);

-- A client assertion is good once, on all nodes and after a restart. Rows go when the assertion
-- itself would not be accepted any more.
CREATE TABLE used_assertions (
    tenant_id TEXT COLLATE "C" NOT NULL,
    client_id TEXT COLLATE "C" NOT NULL,
    jti_hash TEXT COLLATE "C" NOT NULL,
    expires_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, client_id, jti_hash)
);
CREATE INDEX used_assertions_to_purge ON used_assertions (expires_at);
