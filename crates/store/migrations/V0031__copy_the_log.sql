-- Where an event stood before it was counted further and moved on: whoever copies the log page by page goes by
-- it, so that no event changes its place under them. Most events are never moved and have none.
-- See docs/decisions/0031.
ALTER TABLE logs ADD COLUMN first_position BIGINT;
CREATE INDEX logs_by_first_position ON logs (tenant_id, first_position, id) WHERE first_position IS NOT NULL;
