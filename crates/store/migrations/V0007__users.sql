-- Users as the API shows them, and what lists of them are searched and sorted by. Columns that end
-- in _lower hold small letters and an empty text where there is nothing, so that they can be sorted.

ALTER TABLE users ADD COLUMN username TEXT COLLATE "C" NOT NULL DEFAULT '';
ALTER TABLE users ADD COLUMN email_domain TEXT COLLATE "C" NOT NULL DEFAULT '';
ALTER TABLE users ADD COLUMN name_lower TEXT COLLATE "C" NOT NULL DEFAULT '';
ALTER TABLE users ADD COLUMN nickname_lower TEXT COLLATE "C" NOT NULL DEFAULT '';
-- False where the nickname is what the address begins with: then the address is searched.
ALTER TABLE users ADD COLUMN has_nickname BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE users ADD COLUMN given_name_lower TEXT COLLATE "C" NOT NULL DEFAULT '';
ALTER TABLE users ADD COLUMN family_name_lower TEXT COLLATE "C" NOT NULL DEFAULT '';
ALTER TABLE users ADD COLUMN phone_number TEXT COLLATE "C" NOT NULL DEFAULT '';
ALTER TABLE users ADD COLUMN user_metadata TEXT NOT NULL DEFAULT '{}';
ALTER TABLE users ADD COLUMN app_metadata TEXT NOT NULL DEFAULT '{}';
ALTER TABLE users ADD COLUMN last_ip TEXT COLLATE "C" NOT NULL DEFAULT '';
ALTER TABLE users ADD COLUMN last_password_reset BIGINT;
-- False for rows that were written before the columns above: they are filled in the background.
ALTER TABLE users ADD COLUMN is_searchable BOOLEAN NOT NULL DEFAULT FALSE;

-- The time of making stands before the id: where many users share a value, a new one comes to the end
-- of them, and the pages that are written stay few.
CREATE INDEX users_by_email ON users (tenant_id, email, id);
CREATE INDEX users_by_domain ON users (tenant_id, email_domain, created_at, id);
CREATE INDEX users_by_name ON users (tenant_id, name_lower, created_at, id);
CREATE INDEX users_by_given_name ON users (tenant_id, given_name_lower, created_at, id);
CREATE INDEX users_by_family_name ON users (tenant_id, family_name_lower, created_at, id);
CREATE INDEX users_by_age ON users (tenant_id, created_at, id);
CREATE INDEX users_by_change ON users (tenant_id, updated_at, id);
CREATE INDEX users_by_login ON users (tenant_id, (COALESCE(last_login, 0)), created_at, id);
CREATE INDEX users_by_logins ON users (tenant_id, logins_count, created_at, id);
CREATE INDEX users_by_nickname ON users (tenant_id, nickname_lower, id) WHERE has_nickname = TRUE;
CREATE UNIQUE INDEX users_by_username ON users (tenant_id, connection_id, username) WHERE username <> '';
CREATE INDEX users_by_phone ON users (tenant_id, phone_number, id) WHERE phone_number <> '';
CREATE INDEX users_blocked ON users (tenant_id, created_at, id) WHERE blocked = TRUE;
CREATE INDEX users_not_verified ON users (tenant_id, created_at, id) WHERE email_verified = FALSE;
CREATE INDEX users_not_searchable ON users (tenant_id, id) WHERE is_searchable = FALSE;

-- The values of both kinds of metadata, by path.
CREATE TABLE user_values (
    tenant_id TEXT COLLATE "C" NOT NULL,
    user_id TEXT COLLATE "C" NOT NULL,
    path TEXT COLLATE "C" NOT NULL,
    value TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (tenant_id, user_id, path, value)
);
CREATE INDEX user_values_by_path ON user_values (tenant_id, path, value, user_id);

-- How many users a connection has, so that nobody has to count a million rows for one number. In
-- shards, so that those who add users at the same time rarely wait for each other.
CREATE TABLE user_counts (
    tenant_id TEXT COLLATE "C" NOT NULL,
    connection_id TEXT COLLATE "C" NOT NULL,
    shard BIGINT NOT NULL,
    users BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, connection_id, shard)
);
INSERT INTO user_counts (tenant_id, connection_id, shard, users)
    SELECT tenant_id, connection_id, 0, COUNT(id) FROM users GROUP BY tenant_id, connection_id;

-- An id is never used again, so that of a deleted user stays.
CREATE TABLE deleted_user_ids (
    tenant_id TEXT COLLATE "C" NOT NULL,
    id TEXT COLLATE "C" NOT NULL,
    deleted_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, id)
);
