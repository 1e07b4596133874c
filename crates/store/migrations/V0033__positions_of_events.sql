-- An event's position is where its row lies, on SQLite: the number of the row, which grows with every insert and
-- never comes again. No trigger has to look for the greatest, write the row a second time and keep an index of it.
-- See docs/decisions/0035.

-- SQLite only: begin
-- All places that there are, in their order: of the events, and where events stood before they moved on.
CREATE TABLE log_places (
    place INTEGER PRIMARY KEY,
    tenant_id TEXT NOT NULL,
    id TEXT NOT NULL,
    is_first BOOLEAN NOT NULL,
    before BIGINT NOT NULL
);
INSERT INTO log_places (tenant_id, id, is_first, before)
    SELECT tenant_id, id, FALSE AS is_first, position AS before FROM logs
    UNION ALL
    SELECT tenant_id, id, TRUE, first_position FROM logs WHERE first_position IS NOT NULL
    ORDER BY tenant_id, before, id, is_first;
CREATE INDEX log_places_by_event ON log_places (tenant_id, id, is_first);

DROP VIEW log_tips;
DROP TRIGGER logs_take_position;
DROP TRIGGER logs_take_position_again;
ALTER TABLE logs RENAME TO logs_before;
CREATE TABLE logs (
    position INTEGER PRIMARY KEY AUTOINCREMENT,
    tenant_id TEXT NOT NULL,
    id TEXT NOT NULL,
    at BIGINT NOT NULL,
    code TEXT NOT NULL,
    description TEXT NOT NULL,
    client_id TEXT,
    client_name TEXT,
    connection_id TEXT,
    connection_name TEXT,
    strategy TEXT,
    strategy_type TEXT,
    user_id TEXT,
    user_name TEXT,
    ip TEXT,
    user_agent TEXT,
    audience TEXT,
    scope TEXT,
    hostname TEXT,
    auth0_client TEXT,
    details TEXT NOT NULL,
    fold_key TEXT,
    repeats BIGINT NOT NULL,
    target_client_id TEXT,
    shape BIGINT NOT NULL DEFAULT 0,
    first_position BIGINT,
    UNIQUE (tenant_id, id)
);
INSERT INTO logs (position, tenant_id, id, at, code, description, client_id, client_name, connection_id, connection_name,
        strategy, strategy_type, user_id, user_name, ip, user_agent, audience, scope, hostname, auth0_client, details,
        fold_key, repeats, target_client_id, shape, first_position)
    SELECT own.place, l.tenant_id, l.id, l.at, l.code, l.description, l.client_id, l.client_name, l.connection_id,
        l.connection_name, l.strategy, l.strategy_type, l.user_id, l.user_name, l.ip, l.user_agent, l.audience, l.scope,
        l.hostname, l.auth0_client, l.details, l.fold_key, l.repeats, l.target_client_id, l.shape,
        (SELECT place FROM log_places AS earlier
            WHERE earlier.tenant_id = l.tenant_id AND earlier.id = l.id AND earlier.is_first = TRUE)
    FROM log_places AS own JOIN logs_before AS l ON l.tenant_id = own.tenant_id AND l.id = own.id
    WHERE own.is_first = FALSE ORDER BY own.place;

-- A stream goes on where it stood: behind the last event that it had behind it.
CREATE INDEX log_places_by_before ON log_places (tenant_id, before, id) WHERE is_first = FALSE;
UPDATE log_streams SET
    position = COALESCE((SELECT place FROM log_places AS behind WHERE behind.tenant_id = log_streams.tenant_id
        AND behind.is_first = FALSE AND (behind.before, behind.id) <= (log_streams.position, log_streams.event_id)
        ORDER BY behind.before DESC, behind.id DESC LIMIT 1), 0),
    event_id = '~';

DROP TABLE logs_before;
DROP TABLE log_places;
CREATE UNIQUE INDEX logs_folded ON logs (tenant_id, fold_key) WHERE fold_key IS NOT NULL;
CREATE INDEX logs_by_client ON logs (tenant_id, client_id, id, code);
CREATE INDEX logs_of_changes ON logs (tenant_id, id) WHERE code = 'sapi';
CREATE INDEX logs_by_user ON logs (tenant_id, user_id, id) WHERE user_id IS NOT NULL;
CREATE INDEX logs_by_target ON logs (tenant_id, target_client_id, id) WHERE target_client_id IS NOT NULL;
CREATE INDEX logs_of_refusals ON logs (tenant_id, id) WHERE code IN ('f', 'flo');
CREATE INDEX logs_by_shape ON logs (tenant_id, shape, id);
CREATE INDEX logs_by_ip ON logs (tenant_id, ip, id) WHERE ip IS NOT NULL;
CREATE INDEX logs_by_user_name ON logs (tenant_id, user_name, id) WHERE user_name IS NOT NULL;
CREATE INDEX logs_by_first_position ON logs (tenant_id, first_position, id) WHERE first_position IS NOT NULL;
-- The number of the row is the end of every index: this one gives a tenant's events by position.
CREATE INDEX logs_by_position ON logs (tenant_id);
-- One transaction writes at a time, so that nothing that comes later can stand before the greatest number of all.
CREATE VIEW log_tips AS SELECT tenant_id, COALESCE((SELECT MAX(position) FROM logs), 0) AS tip FROM tenants;
-- SQLite only: end
-- PostgreSQL only: begin
-- Every event has a position there.
DROP INDEX logs_by_position;
CREATE INDEX logs_by_position ON logs (tenant_id, position, id);
-- PostgreSQL only: end
