-- What is asked of many clients at once, taken out of their settings. Before this version no client
-- could be a third party's, ask for another algorithm, or name an app, so the defaults are true.
ALTER TABLE clients ADD COLUMN is_first_party BOOLEAN NOT NULL DEFAULT TRUE;
ALTER TABLE clients ADD COLUMN further_alg TEXT;
ALTER TABLE clients ADD COLUMN has_mobile BOOLEAN NOT NULL DEFAULT FALSE;

-- The algorithms that the key set must show besides the usual one; the clients that name an app.
CREATE INDEX clients_by_further_alg ON clients (tenant_id, further_alg) WHERE further_alg IS NOT NULL;
CREATE INDEX clients_with_mobile ON clients (tenant_id, created_at, id) WHERE has_mobile = TRUE;
