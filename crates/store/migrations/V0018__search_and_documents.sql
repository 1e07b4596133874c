-- A username is also searched for without its connection. Few users have one, and it never changes at a
-- login.
CREATE INDEX users_by_username_alone ON users (tenant_id, username, id) WHERE username <> '';

-- Lists of clients by name.
CREATE INDEX clients_by_name ON clients (tenant_id, name_lower, id);

-- What a tenant keeps as it came: branding, templates of pages and emails.
CREATE TABLE documents (
    tenant_id TEXT COLLATE "C" NOT NULL,
    kind TEXT COLLATE "C" NOT NULL,
    name TEXT COLLATE "C" NOT NULL,
    version BIGINT NOT NULL,
    body TEXT NOT NULL,
    updated_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, kind, name)
);
