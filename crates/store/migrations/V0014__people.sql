-- What people allowed clients to do in their name.
CREATE TABLE grants (
    tenant_id TEXT COLLATE "C" NOT NULL,
    id TEXT COLLATE "C" NOT NULL,
    user_id TEXT COLLATE "C" NOT NULL,
    client_id TEXT COLLATE "C" NOT NULL,
    audience TEXT COLLATE "C" NOT NULL,
    scope TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, user_id, client_id, audience)
);
CREATE INDEX grants_by_client ON grants (tenant_id, client_id);

-- What helps people to recognise a session or a refresh token: which clients were visited, where it
-- began and where it was used last. Written only together with what is written anyway.
ALTER TABLE sessions ADD COLUMN client_ids TEXT NOT NULL DEFAULT '';
ALTER TABLE sessions ADD COLUMN first_device TEXT NOT NULL DEFAULT '{}';
ALTER TABLE sessions ADD COLUMN last_device TEXT NOT NULL DEFAULT '{}';
ALTER TABLE sessions ADD COLUMN metadata TEXT;

ALTER TABLE token_families ADD COLUMN device TEXT NOT NULL DEFAULT '{}';
ALTER TABLE token_families ADD COLUMN metadata TEXT;
ALTER TABLE refresh_tokens ADD COLUMN device TEXT NOT NULL DEFAULT '{}';
ALTER TABLE refresh_tokens ADD COLUMN used_at BIGINT;

-- The families of one person, from oldest to newest.
DROP INDEX token_families_by_user;
CREATE INDEX token_families_by_user ON token_families (tenant_id, user_id, created_at, id);
