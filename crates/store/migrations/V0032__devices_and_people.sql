-- The devices of one client, which end with it; those of clients that were deleted before it was so.
CREATE INDEX device_credentials_by_client ON device_credentials (tenant_id, client_id, id);
DELETE FROM device_credentials WHERE EXISTS (SELECT 1 FROM deleted_client_ids AS gone
    WHERE gone.tenant_id = device_credentials.tenant_id AND gone.id = device_credentials.client_id);

-- What else people are found by. Those who have it are filled in while the server runs, as all others
-- once were.
-- SQLite only: begin
ALTER TABLE users ADD COLUMN picture TEXT NOT NULL DEFAULT '';
-- SQLite only: end
-- PostgreSQL only: begin
ALTER TABLE users ADD COLUMN picture TEXT COLLATE "C" NOT NULL DEFAULT '';
-- PostgreSQL only: end
ALTER TABLE users ADD COLUMN phone_verified BOOLEAN;
UPDATE users SET is_searchable = FALSE
    WHERE profile LIKE '%"picture":"%' OR profile LIKE '%"phone_verified":%';
