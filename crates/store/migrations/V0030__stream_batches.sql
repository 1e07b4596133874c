-- How many events go into one request of a log stream; none said, as many as ever do.
ALTER TABLE log_streams ADD COLUMN batch_size BIGINT;
-- No two streams of a tenant write into one file.
CREATE UNIQUE INDEX log_streams_one_file ON log_streams (tenant_id, sink) WHERE type = 'file';
