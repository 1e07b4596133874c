-- A grant may be the default for all clients of third parties and have no client; it may give all scopes of
-- its API; and it names kinds of rich authorization requests, a JSON list, or null where it never did.
-- PostgreSQL only: begin
ALTER TABLE client_grants ALTER COLUMN client_id DROP NOT NULL;
ALTER TABLE client_grants ADD COLUMN allow_all_scopes BOOLEAN;
ALTER TABLE client_grants ADD COLUMN authorization_details_types TEXT NOT NULL DEFAULT 'null';
-- PostgreSQL only: end

-- SQLite takes no constraint away, so there the table is made anew.
-- SQLite only: begin
CREATE TABLE client_grants_of_all (
    tenant_id TEXT NOT NULL,
    id TEXT NOT NULL,
    client_id TEXT,
    audience TEXT NOT NULL,
    scope TEXT NOT NULL,
    subject_type TEXT NOT NULL DEFAULT 'client',
    organization_usage TEXT,
    allow_any_organization BOOLEAN,
    version BIGINT NOT NULL DEFAULT 1,
    allow_all_scopes BOOLEAN,
    authorization_details_types TEXT NOT NULL DEFAULT 'null',
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, client_id, audience, subject_type),
    FOREIGN KEY (tenant_id, client_id) REFERENCES clients (tenant_id, id),
    FOREIGN KEY (tenant_id, audience) REFERENCES resource_servers (tenant_id, identifier)
);
INSERT INTO client_grants_of_all (tenant_id, id, client_id, audience, scope, subject_type, organization_usage,
    allow_any_organization, version) SELECT tenant_id, id, client_id, audience, scope, subject_type,
    organization_usage, allow_any_organization, version FROM client_grants;
DROP TABLE client_grants;
ALTER TABLE client_grants_of_all RENAME TO client_grants;
CREATE INDEX client_grants_by_audience ON client_grants (tenant_id, audience, id);
-- SQLite only: end

-- Nulls are never the same, so the constraint above lets any number of defaults in.
CREATE UNIQUE INDEX client_grants_default ON client_grants (tenant_id, audience, subject_type)
    WHERE client_id IS NULL;
