-- Under which names a client is known elsewhere, taken out of its settings, where no statement looks. No
-- release could set them before this version; a client that had them is found with its next change.
ALTER TABLE clients ADD COLUMN external_client_id TEXT;
CREATE INDEX clients_by_external_id ON clients (tenant_id, external_client_id, created_at, id)
    WHERE external_client_id IS NOT NULL;

-- An alias stands for one client of the tenant.
CREATE TABLE client_aliases (
    tenant_id TEXT NOT NULL,
    alias TEXT NOT NULL,
    client_id TEXT NOT NULL,
    PRIMARY KEY (tenant_id, alias)
);
CREATE INDEX client_aliases_by_client ON client_aliases (tenant_id, client_id);
