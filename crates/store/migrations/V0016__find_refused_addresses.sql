-- Logins and logouts that were refused, the latest first: few among the many events of a tenant, and
-- looked through for addresses that only the settings of a client can allow.
CREATE INDEX logs_of_refusals ON logs (tenant_id, id) WHERE code IN ('f', 'flo');
