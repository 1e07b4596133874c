-- What many events have in common, once: a few shapes beside many events. A search of these fields looks
-- here first, and finds the events of a shape by its number. Events that were written before, and those of
-- one shape too many, have the number 0.

-- SQLite only: begin
CREATE TABLE log_shapes (
    tenant_id TEXT NOT NULL,
    shape BIGINT NOT NULL,
    code TEXT NOT NULL,
    description TEXT NOT NULL,
    client_id TEXT,
    client_name TEXT,
    connection_id TEXT,
    connection_name TEXT,
    strategy TEXT,
    strategy_type TEXT,
    hostname TEXT,
    seen_on BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, shape)
);
-- SQLite only: end
-- PostgreSQL only: begin
CREATE TABLE log_shapes (
    tenant_id TEXT COLLATE "C" NOT NULL,
    shape BIGINT NOT NULL,
    code TEXT COLLATE "C" NOT NULL,
    description TEXT COLLATE "C" NOT NULL,
    client_id TEXT COLLATE "C",
    client_name TEXT COLLATE "C",
    connection_id TEXT COLLATE "C",
    connection_name TEXT COLLATE "C",
    strategy TEXT COLLATE "C",
    strategy_type TEXT COLLATE "C",
    hostname TEXT COLLATE "C",
    seen_on BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, shape)
);
ALTER TABLE logs
    ALTER COLUMN code TYPE TEXT COLLATE "C",
    ALTER COLUMN description TYPE TEXT COLLATE "C",
    ALTER COLUMN client_name TYPE TEXT COLLATE "C",
    ALTER COLUMN connection_name TYPE TEXT COLLATE "C",
    ALTER COLUMN strategy TYPE TEXT COLLATE "C",
    ALTER COLUMN strategy_type TYPE TEXT COLLATE "C",
    ALTER COLUMN user_name TYPE TEXT COLLATE "C",
    ALTER COLUMN ip TYPE TEXT COLLATE "C",
    ALTER COLUMN user_agent TYPE TEXT COLLATE "C",
    ALTER COLUMN hostname TYPE TEXT COLLATE "C";
-- PostgreSQL only: end

ALTER TABLE logs ADD COLUMN shape BIGINT NOT NULL DEFAULT 0;
CREATE INDEX logs_by_shape ON logs (tenant_id, shape, id);
CREATE INDEX logs_by_ip ON logs (tenant_id, ip, id) WHERE ip IS NOT NULL;
CREATE INDEX logs_by_user_name ON logs (tenant_id, user_name, id) WHERE user_name IS NOT NULL;
