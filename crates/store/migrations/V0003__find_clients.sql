-- What a search for clients looks into besides the name: id and addresses, lower-cased. A row that
-- was written before is found by all of its settings until it is saved the next time.
ALTER TABLE clients ADD COLUMN search_text TEXT NOT NULL DEFAULT '';
UPDATE clients SET search_text = LOWER(id || ' ' || settings);

-- The newest events of one client, and how often it let somebody in.
CREATE INDEX logs_by_client ON logs (tenant_id, client_id, id, code);

-- What admins and programs changed, newest first: few among many logins.
CREATE INDEX logs_of_changes ON logs (tenant_id, id) WHERE code = 'sapi';
