-- The dashboard: who is logged in to it, and what became of each form that was sent.

CREATE TABLE admin_sessions (
    tenant_id TEXT COLLATE "C" NOT NULL,
    token_hash TEXT COLLATE "C" NOT NULL,
    admin_id TEXT COLLATE "C" NOT NULL,
    authenticated_at BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    last_used_at BIGINT NOT NULL,
    purge_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, token_hash)
);
CREATE INDEX admin_sessions_to_purge ON admin_sessions (purge_at);

-- A form that is sent twice is done once; outcome is NULL while the first is under way.
CREATE TABLE sent_forms (
    tenant_id TEXT COLLATE "C" NOT NULL,
    admin_id TEXT COLLATE "C" NOT NULL,
    form_key TEXT COLLATE "C" NOT NULL,
    outcome TEXT,
    purge_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, admin_id, form_key)
);
CREATE INDEX sent_forms_to_purge ON sent_forms (purge_at);
