-- What an API does besides: how its tokens are signed and look, who gets them. Sealed is the secret of HS256.
ALTER TABLE resource_servers ADD COLUMN version BIGINT NOT NULL DEFAULT 1;
ALTER TABLE resource_servers ADD COLUMN settings TEXT NOT NULL DEFAULT '{}';
ALTER TABLE resource_servers ADD COLUMN sealed_signing_secret TEXT;

-- A client may have two grants on an API: one for itself, one for the people who log in to it. The old
-- table allows one, and SQLite takes no constraint away, so the table is made anew.
CREATE TABLE client_grants_by_subject (
    tenant_id TEXT COLLATE "C" NOT NULL,
    id TEXT COLLATE "C" NOT NULL,
    client_id TEXT COLLATE "C" NOT NULL,
    audience TEXT COLLATE "C" NOT NULL,
    scope TEXT NOT NULL,
    subject_type TEXT NOT NULL DEFAULT 'client',
    organization_usage TEXT,
    allow_any_organization BOOLEAN,
    version BIGINT NOT NULL DEFAULT 1,
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, client_id, audience, subject_type),
    FOREIGN KEY (tenant_id, client_id) REFERENCES clients (tenant_id, id),
    FOREIGN KEY (tenant_id, audience) REFERENCES resource_servers (tenant_id, identifier)
);
INSERT INTO client_grants_by_subject (tenant_id, id, client_id, audience, scope)
    SELECT tenant_id, id, client_id, audience, scope FROM client_grants;
DROP TABLE client_grants;
ALTER TABLE client_grants_by_subject RENAME TO client_grants;
CREATE INDEX client_grants_by_audience ON client_grants (tenant_id, audience, id);
