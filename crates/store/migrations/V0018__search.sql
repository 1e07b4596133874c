-- A username is also searched for without its connection. Few users have one, and it never changes at a
-- login.
CREATE INDEX users_by_username_alone ON users (tenant_id, username, id) WHERE username <> '';

-- Lists of clients by name.
CREATE INDEX clients_by_name ON clients (tenant_id, name_lower, id);
