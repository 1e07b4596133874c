-- One text for both engines: TEXT, BIGINT and BOOLEAN only. Times are milliseconds since 1970,
-- JSON is TEXT, ids compare byte by byte. Every table of a tenant begins with tenant_id.

CREATE TABLE tenants (
    tenant_id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    issuer TEXT NOT NULL UNIQUE,
    version BIGINT NOT NULL,
    settings TEXT NOT NULL,
    created_at BIGINT NOT NULL
);

CREATE TABLE clients (
    tenant_id TEXT COLLATE "C" NOT NULL REFERENCES tenants (tenant_id),
    id TEXT COLLATE "C" NOT NULL,
    is_global BOOLEAN NOT NULL,
    version BIGINT NOT NULL,
    name_lower TEXT NOT NULL,
    app_type TEXT,
    settings TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, id)
);
CREATE INDEX clients_by_age ON clients (tenant_id, created_at, id);

-- A Client ID is never used again, so the id of a deleted client stays.
CREATE TABLE deleted_client_ids (
    tenant_id TEXT COLLATE "C" NOT NULL,
    id TEXT COLLATE "C" NOT NULL,
    deleted_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, id)
);

CREATE TABLE client_secrets (
    tenant_id TEXT COLLATE "C" NOT NULL,
    id TEXT COLLATE "C" NOT NULL,
    client_id TEXT COLLATE "C" NOT NULL,
    sealed TEXT NOT NULL,
    is_primary BOOLEAN NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, client_id) REFERENCES clients (tenant_id, id)
);
CREATE INDEX client_secrets_by_client ON client_secrets (tenant_id, client_id);

CREATE TABLE connections (
    tenant_id TEXT COLLATE "C" NOT NULL REFERENCES tenants (tenant_id),
    id TEXT COLLATE "C" NOT NULL,
    name TEXT COLLATE "C" NOT NULL,
    strategy TEXT NOT NULL,
    options TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, name)
);

CREATE TABLE connection_clients (
    tenant_id TEXT COLLATE "C" NOT NULL,
    connection_id TEXT COLLATE "C" NOT NULL,
    client_id TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (tenant_id, client_id, connection_id),
    FOREIGN KEY (tenant_id, connection_id) REFERENCES connections (tenant_id, id),
    FOREIGN KEY (tenant_id, client_id) REFERENCES clients (tenant_id, id)
);

CREATE TABLE resource_servers (
    tenant_id TEXT COLLATE "C" NOT NULL REFERENCES tenants (tenant_id),
    id TEXT COLLATE "C" NOT NULL,
    identifier TEXT COLLATE "C" NOT NULL,
    name TEXT NOT NULL,
    permissions TEXT NOT NULL,
    token_lifetime BIGINT NOT NULL,
    allow_offline_access BOOLEAN NOT NULL,
    is_system BOOLEAN NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, identifier)
);

CREATE TABLE client_grants (
    tenant_id TEXT COLLATE "C" NOT NULL,
    id TEXT COLLATE "C" NOT NULL,
    client_id TEXT COLLATE "C" NOT NULL,
    audience TEXT COLLATE "C" NOT NULL,
    scope TEXT NOT NULL,
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, client_id, audience),
    FOREIGN KEY (tenant_id, client_id) REFERENCES clients (tenant_id, id),
    FOREIGN KEY (tenant_id, audience) REFERENCES resource_servers (tenant_id, identifier)
);

CREATE TABLE signing_keys (
    tenant_id TEXT COLLATE "C" NOT NULL REFERENCES tenants (tenant_id),
    id TEXT COLLATE "C" NOT NULL,
    state TEXT NOT NULL,
    algorithm TEXT NOT NULL,
    sealed_private_key TEXT NOT NULL,
    certificate_pem TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, id)
);

CREATE TABLE users (
    tenant_id TEXT COLLATE "C" NOT NULL,
    id TEXT COLLATE "C" NOT NULL,
    connection_id TEXT COLLATE "C" NOT NULL,
    email TEXT COLLATE "C" NOT NULL,
    email_verified BOOLEAN NOT NULL,
    profile TEXT NOT NULL,
    blocked BOOLEAN NOT NULL,
    version BIGINT NOT NULL,
    logins_count BIGINT NOT NULL,
    last_login BIGINT,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, connection_id, email),
    FOREIGN KEY (tenant_id, connection_id) REFERENCES connections (tenant_id, id)
);

CREATE TABLE passwords (
    tenant_id TEXT COLLATE "C" NOT NULL,
    user_id TEXT COLLATE "C" NOT NULL,
    hash TEXT NOT NULL,
    changed_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, user_id),
    FOREIGN KEY (tenant_id, user_id) REFERENCES users (tenant_id, id)
);

-- From here on: what requests of people and programs make. No foreign keys, because the inserting
-- statements themselves ask whether client, user and session are still there. Each row says when
-- it may be cleaned away; whether it still counts is asked at use.

CREATE TABLE sessions (
    tenant_id TEXT COLLATE "C" NOT NULL,
    id TEXT COLLATE "C" NOT NULL,
    token_hash TEXT COLLATE "C" NOT NULL,
    user_id TEXT COLLATE "C" NOT NULL,
    authenticated_at BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    last_used_at BIGINT NOT NULL,
    purge_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, token_hash)
);
CREATE INDEX sessions_to_purge ON sessions (purge_at);

CREATE TABLE logins (
    tenant_id TEXT COLLATE "C" NOT NULL,
    id TEXT COLLATE "C" NOT NULL,
    sealed TEXT NOT NULL,
    expires_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, id)
);
CREATE INDEX logins_to_purge ON logins (expires_at);

CREATE TABLE used_logins (
    tenant_id TEXT COLLATE "C" NOT NULL,
    id TEXT COLLATE "C" NOT NULL,
    expires_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, id)
);
CREATE INDEX used_logins_to_purge ON used_logins (expires_at);

CREATE TABLE login_attempts (
    tenant_id TEXT COLLATE "C" NOT NULL,
    subject TEXT COLLATE "C" NOT NULL,
    attempts BIGINT NOT NULL,
    ends_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, subject)
);
CREATE INDEX login_attempts_to_purge ON login_attempts (ends_at);

CREATE TABLE codes (
    tenant_id TEXT COLLATE "C" NOT NULL,
    hash TEXT COLLATE "C" NOT NULL,
    client_id TEXT COLLATE "C" NOT NULL,
    user_id TEXT COLLATE "C" NOT NULL,
    session_id TEXT COLLATE "C" NOT NULL,
    authenticated_at BIGINT NOT NULL,
    scope TEXT NOT NULL,
    audience TEXT,
    family_id TEXT COLLATE "C" NOT NULL,
    redirect_uri TEXT NOT NULL,
    redirect_uri_was_sent BOOLEAN NOT NULL,
    nonce TEXT,
    code_challenge TEXT,
    auth_time_wanted BOOLEAN NOT NULL,
    expires_at BIGINT NOT NULL,
    used_at BIGINT,
    PRIMARY KEY (tenant_id, hash)
);
CREATE INDEX codes_to_purge ON codes (expires_at);

CREATE TABLE token_families (
    tenant_id TEXT COLLATE "C" NOT NULL,
    id TEXT COLLATE "C" NOT NULL,
    client_id TEXT COLLATE "C" NOT NULL,
    user_id TEXT COLLATE "C" NOT NULL,
    session_id TEXT COLLATE "C" NOT NULL,
    authenticated_at BIGINT NOT NULL,
    scope TEXT NOT NULL,
    audience TEXT,
    created_at BIGINT NOT NULL,
    revoked_at BIGINT,
    purge_at BIGINT,
    PRIMARY KEY (tenant_id, id)
);
CREATE INDEX token_families_by_client ON token_families (tenant_id, client_id);
CREATE INDEX token_families_by_user ON token_families (tenant_id, user_id);
CREATE INDEX token_families_to_purge ON token_families (purge_at) WHERE purge_at IS NOT NULL;

CREATE TABLE refresh_tokens (
    tenant_id TEXT COLLATE "C" NOT NULL,
    hash TEXT COLLATE "C" NOT NULL,
    family_id TEXT COLLATE "C" NOT NULL,
    expires_at BIGINT,
    idle_expires_at BIGINT,
    rotated_at BIGINT,
    purge_at BIGINT,
    PRIMARY KEY (tenant_id, hash)
);
CREATE INDEX refresh_tokens_by_family ON refresh_tokens (tenant_id, family_id);
CREATE INDEX refresh_tokens_to_purge ON refresh_tokens (purge_at) WHERE purge_at IS NOT NULL;

CREATE TABLE logs (
    tenant_id TEXT COLLATE "C" NOT NULL,
    id TEXT COLLATE "C" NOT NULL,
    at BIGINT NOT NULL,
    code TEXT NOT NULL,
    description TEXT NOT NULL,
    client_id TEXT COLLATE "C",
    client_name TEXT,
    connection_id TEXT COLLATE "C",
    connection_name TEXT,
    strategy TEXT,
    strategy_type TEXT,
    user_id TEXT COLLATE "C",
    user_name TEXT,
    ip TEXT,
    user_agent TEXT,
    audience TEXT,
    scope TEXT,
    hostname TEXT,
    auth0_client TEXT,
    details TEXT NOT NULL,
    fold_key TEXT COLLATE "C",
    repeats BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, id)
);
CREATE UNIQUE INDEX logs_folded ON logs (tenant_id, fold_key) WHERE fold_key IS NOT NULL;

-- The people who run the installation, and the links that let the first of them in.

CREATE TABLE admins (
    id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    email TEXT COLLATE "C" NOT NULL UNIQUE,
    password_hash TEXT NOT NULL,
    created_at BIGINT NOT NULL
);

CREATE TABLE admin_memberships (
    tenant_id TEXT COLLATE "C" NOT NULL REFERENCES tenants (tenant_id),
    admin_id TEXT COLLATE "C" NOT NULL REFERENCES admins (id),
    role TEXT NOT NULL,
    PRIMARY KEY (tenant_id, admin_id)
);

CREATE TABLE setup_links (
    hash TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    expires_at BIGINT NOT NULL,
    used_at BIGINT
);
