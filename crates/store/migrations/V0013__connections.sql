-- What may be set on a connection besides its options, and how often it was changed. A connection
-- that is going has deleted_at: it is none any more, and its row stays until its last user is gone.
ALTER TABLE connections ADD COLUMN settings TEXT NOT NULL DEFAULT '{}';
ALTER TABLE connections ADD COLUMN version BIGINT NOT NULL DEFAULT 1;
ALTER TABLE connections ADD COLUMN deleted_at BIGINT;

CREATE INDEX connection_clients_by_connection ON connection_clients (tenant_id, connection_id, client_id);

-- The sessions of one person, from oldest to newest.
CREATE INDEX sessions_by_user ON sessions (tenant_id, user_id, created_at, id);
