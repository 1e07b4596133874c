-- Keys of devices that people registered for themselves.
CREATE TABLE device_credentials (
    tenant_id TEXT COLLATE "C" NOT NULL,
    id TEXT COLLATE "C" NOT NULL,
    user_id TEXT COLLATE "C" NOT NULL,
    client_id TEXT COLLATE "C" NOT NULL,
    device_id TEXT NOT NULL,
    device_name TEXT NOT NULL,
    value TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, user_id) REFERENCES users (tenant_id, id)
);
CREATE INDEX device_credentials_by_user ON device_credentials (tenant_id, user_id, id);
CREATE INDEX device_credentials_by_age ON device_credentials (tenant_id, created_at, id);

-- Whom a counter of tries locks out, and from where, so that an admin can see and lift it. The
-- account is a hash, as the subject is.
ALTER TABLE login_attempts ADD COLUMN account TEXT COLLATE "C";
ALTER TABLE login_attempts ADD COLUMN ip TEXT;
CREATE INDEX login_attempts_by_account ON login_attempts (tenant_id, account) WHERE account IS NOT NULL;

-- The events of one user, newest first.
CREATE INDEX logs_by_user ON logs (tenant_id, user_id, id) WHERE user_id IS NOT NULL;
