-- Every login writes these four tables of short rows. Clustered by their key they need one tree less apiece.
-- A server clusters nothing and has no use for it.
-- SQLite only: begin

-- Its own comparison is byte by byte, as "C" is. Without the name the same rows stand in the same order, no
-- comparison calls back into the program, and any SQLite tool can open the file.
PRAGMA writable_schema = ON;
UPDATE sqlite_schema SET sql = REPLACE(sql, ' COLLATE "C"', '') WHERE sql LIKE '% COLLATE "C"%';
PRAGMA writable_schema = RESET;

CREATE TABLE sessions_clustered (
    tenant_id TEXT NOT NULL,
    id TEXT NOT NULL,
    token_hash TEXT NOT NULL,
    user_id TEXT NOT NULL,
    authenticated_at BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    last_used_at BIGINT NOT NULL,
    purge_at BIGINT NOT NULL,
    client_ids TEXT NOT NULL DEFAULT '',
    first_device TEXT NOT NULL DEFAULT '{}',
    last_device TEXT NOT NULL DEFAULT '{}',
    metadata TEXT,
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, token_hash)
) WITHOUT ROWID;
INSERT INTO sessions_clustered SELECT tenant_id, id, token_hash, user_id, authenticated_at, created_at,
    last_used_at, purge_at, client_ids, first_device, last_device, metadata FROM sessions;
DROP TABLE sessions;
ALTER TABLE sessions_clustered RENAME TO sessions;
CREATE INDEX sessions_to_purge ON sessions (purge_at);
CREATE INDEX sessions_by_user ON sessions (tenant_id, user_id, created_at, id);

CREATE TABLE used_logins_clustered (
    tenant_id TEXT NOT NULL,
    id TEXT NOT NULL,
    expires_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, id)
) WITHOUT ROWID;
INSERT INTO used_logins_clustered SELECT tenant_id, id, expires_at FROM used_logins;
DROP TABLE used_logins;
ALTER TABLE used_logins_clustered RENAME TO used_logins;
CREATE INDEX used_logins_to_purge ON used_logins (expires_at);

CREATE TABLE token_families_clustered (
    tenant_id TEXT NOT NULL,
    id TEXT NOT NULL,
    client_id TEXT NOT NULL,
    user_id TEXT NOT NULL,
    session_id TEXT NOT NULL,
    authenticated_at BIGINT NOT NULL,
    scope TEXT NOT NULL,
    audience TEXT,
    created_at BIGINT NOT NULL,
    revoked_at BIGINT,
    purge_at BIGINT,
    device TEXT NOT NULL DEFAULT '{}',
    metadata TEXT,
    PRIMARY KEY (tenant_id, id)
) WITHOUT ROWID;
INSERT INTO token_families_clustered SELECT tenant_id, id, client_id, user_id, session_id, authenticated_at, scope,
    audience, created_at, revoked_at, purge_at, device, metadata FROM token_families;
DROP TABLE token_families;
ALTER TABLE token_families_clustered RENAME TO token_families;
CREATE INDEX token_families_by_client ON token_families (tenant_id, client_id);
CREATE INDEX token_families_by_user ON token_families (tenant_id, user_id, created_at, id);
CREATE INDEX token_families_to_purge ON token_families (purge_at) WHERE purge_at IS NOT NULL;

CREATE TABLE refresh_tokens_clustered (
    tenant_id TEXT NOT NULL,
    hash TEXT NOT NULL,
    family_id TEXT NOT NULL,
    expires_at BIGINT,
    idle_expires_at BIGINT,
    rotated_at BIGINT,
    purge_at BIGINT,
    device TEXT NOT NULL DEFAULT '{}',
    used_at BIGINT,
    PRIMARY KEY (tenant_id, hash)
) WITHOUT ROWID;
INSERT INTO refresh_tokens_clustered SELECT tenant_id, hash, family_id, expires_at, idle_expires_at, rotated_at,
    purge_at, device, used_at FROM refresh_tokens;
DROP TABLE refresh_tokens;
ALTER TABLE refresh_tokens_clustered RENAME TO refresh_tokens;
CREATE INDEX refresh_tokens_by_family ON refresh_tokens (tenant_id, family_id);
CREATE INDEX refresh_tokens_to_purge ON refresh_tokens (purge_at) WHERE purge_at IS NOT NULL;
-- SQLite only: end
