-- Log streams: receivers that are sent the events as they happen.
CREATE TABLE log_streams (
    tenant_id TEXT NOT NULL REFERENCES tenants (tenant_id),
    id TEXT NOT NULL,
    name TEXT NOT NULL,
    type TEXT NOT NULL,
    status TEXT NOT NULL,
    sink TEXT NOT NULL,
    secrets TEXT NOT NULL,
    filters TEXT NOT NULL,
    is_priority BOOLEAN NOT NULL,
    pii_config TEXT,
    start_from BIGINT,
    created_at BIGINT NOT NULL,
    version BIGINT NOT NULL,
    -- How far it has come, and before which time events are left out.
    position BIGINT NOT NULL,
    event_id TEXT NOT NULL,
    floor_at BIGINT,
    -- Who delivers it, and a number that grows while they live.
    holder TEXT NOT NULL DEFAULT '',
    beat BIGINT NOT NULL DEFAULT 0,
    -- How it goes.
    failing_since BIGINT,
    failures BIGINT NOT NULL DEFAULT 0,
    aside_in_a_row BIGINT NOT NULL DEFAULT 0,
    retry_at BIGINT NOT NULL DEFAULT 0,
    delivered_at BIGINT,
    delay BIGINT,
    sent_day BIGINT NOT NULL DEFAULT 0,
    sent_today BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (tenant_id, id)
);

-- The last tries, for who looks after it.
CREATE TABLE log_stream_attempts (
    tenant_id TEXT NOT NULL,
    stream_id TEXT NOT NULL,
    id TEXT NOT NULL,
    at BIGINT NOT NULL,
    events BIGINT NOT NULL,
    outcome TEXT NOT NULL,
    status BIGINT,
    said TEXT NOT NULL,
    PRIMARY KEY (tenant_id, stream_id, id)
);

-- Events that a receiver would not take, as it was sent them.
CREATE TABLE log_stream_letters (
    tenant_id TEXT NOT NULL,
    stream_id TEXT NOT NULL,
    event_id TEXT NOT NULL,
    at BIGINT NOT NULL,
    status BIGINT,
    said TEXT NOT NULL,
    record TEXT NOT NULL,
    PRIMARY KEY (tenant_id, stream_id, event_id)
);

-- The order in which events were committed. Ids are made before the commit, so a later commit may bring
-- an earlier id. A position never is that of an event that was read before the row became visible; rows of
-- one position stand in the order of their ids. See docs/decisions/0019.

-- SQLite only: begin
-- One transaction writes at a time: a position is one more than all that are there, and than all that
-- streams have behind them, so that none comes again after events were deleted.
ALTER TABLE logs ADD COLUMN position BIGINT NOT NULL DEFAULT 0;
UPDATE logs SET position = 1;
CREATE INDEX logs_by_position ON logs (tenant_id, position, id) WHERE position > 0;
CREATE VIEW log_tips AS SELECT tenant_id, COALESCE((SELECT MAX(logs.position) FROM logs
    WHERE logs.tenant_id = tenants.tenant_id AND logs.position > 0), 0) AS tip FROM tenants;
CREATE TRIGGER logs_take_position AFTER INSERT ON logs BEGIN
    UPDATE logs SET position = 1 + MAX(
        COALESCE((SELECT MAX(position) FROM logs WHERE tenant_id = NEW.tenant_id AND position > 0), 0),
        COALESCE((SELECT MAX(position) FROM log_streams WHERE tenant_id = NEW.tenant_id), 0))
    WHERE tenant_id = NEW.tenant_id AND id = NEW.id;
END;
-- An event that is counted further goes out once more, with the greater count.
CREATE TRIGGER logs_take_position_again AFTER UPDATE OF repeats ON logs BEGIN
    UPDATE logs SET position = 1 + MAX(
        COALESCE((SELECT MAX(position) FROM logs WHERE tenant_id = NEW.tenant_id AND position > 0), 0),
        COALESCE((SELECT MAX(position) FROM log_streams WHERE tenant_id = NEW.tenant_id), 0))
    WHERE tenant_id = NEW.tenant_id AND id = NEW.id;
END;
-- SQLite only: end
-- PostgreSQL only: begin
-- The number of the transaction. All below the oldest one that still runs are over, and nothing can come
-- between them any more. A dump that is restored elsewhere meets smaller numbers there: then they are
-- counted on from the greatest position that came with it.
CREATE TABLE log_positions (system TEXT NOT NULL, base BIGINT NOT NULL);
INSERT INTO log_positions (system, base) SELECT CAST(system_identifier AS TEXT), 0 FROM pg_control_system();
ALTER TABLE logs ADD COLUMN position BIGINT NOT NULL DEFAULT CAST(CAST(pg_current_xact_id() AS TEXT) AS BIGINT);
CREATE INDEX logs_by_position ON logs (tenant_id, position, id) WHERE position > 0;
CREATE VIEW log_tips AS SELECT tenants.tenant_id,
    log_positions.base + CAST(CAST(pg_snapshot_xmin(pg_current_snapshot()) AS TEXT) AS BIGINT) - 1 AS tip
    FROM tenants, log_positions;
CREATE FUNCTION settle_log_positions() RETURNS VOID LANGUAGE plpgsql AS $$
DECLARE
    here TEXT := (SELECT CAST(system_identifier AS TEXT) FROM pg_control_system());
    start BIGINT;
BEGIN
    IF EXISTS (SELECT 1 FROM log_positions WHERE system <> here) THEN
        SELECT GREATEST((SELECT MAX(position) FROM logs), (SELECT MAX(position) FROM log_streams), 0) INTO start;
        UPDATE log_positions SET system = here, base = start;
        EXECUTE format('ALTER TABLE logs ALTER COLUMN position SET DEFAULT %s + CAST(CAST(pg_current_xact_id() AS TEXT) AS BIGINT)', start);
    END IF;
END
$$;
-- PostgreSQL only: end
