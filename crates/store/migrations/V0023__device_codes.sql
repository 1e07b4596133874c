-- Devices that wait for their person. What was asked for stands beside what the person allowed, which is null
-- until then.
CREATE TABLE device_codes (
    tenant_id TEXT NOT NULL,
    id TEXT NOT NULL,
    hash TEXT NOT NULL,
    user_code_hash TEXT NOT NULL,
    client_id TEXT NOT NULL,
    asked_scope TEXT,
    asked_audience TEXT,
    family_id TEXT NOT NULL,
    device TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    wait_seconds BIGINT NOT NULL,
    polled_at BIGINT,
    denied_at BIGINT,
    used_at BIGINT,
    user_id TEXT,
    session_id TEXT,
    authenticated_at BIGINT,
    scope TEXT,
    audience TEXT,
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, hash),
    UNIQUE (tenant_id, user_code_hash)
);
CREATE INDEX device_codes_to_purge ON device_codes (expires_at);
CREATE INDEX device_codes_by_client ON device_codes (tenant_id, client_id);
CREATE INDEX device_codes_by_user ON device_codes (tenant_id, user_id) WHERE user_id IS NOT NULL;
