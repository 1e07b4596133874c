-- The client that an installation starts with: its badge stays with the row, whatever it is called.
ALTER TABLE clients ADD COLUMN is_default BOOLEAN NOT NULL DEFAULT FALSE;
UPDATE clients SET is_default = TRUE WHERE is_global = FALSE AND name_lower = 'default app' AND NOT EXISTS
    (SELECT 1 FROM clients AS older WHERE older.tenant_id = clients.tenant_id AND older.is_global = FALSE
        AND older.name_lower = 'default app'
        AND (older.created_at < clients.created_at OR (older.created_at = clients.created_at AND older.id < clients.id)));
CREATE UNIQUE INDEX clients_default ON clients (tenant_id) WHERE is_default = TRUE;

-- The client that an event is about, where an admin or a program did something to one. Events that
-- were written before are found by the client that took part in them only.
ALTER TABLE logs ADD COLUMN target_client_id TEXT COLLATE "C";
CREATE INDEX logs_by_target ON logs (tenant_id, target_client_id, id) WHERE target_client_id IS NOT NULL;
