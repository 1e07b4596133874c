-- What users and clients are searched for by a part in the middle, all of it in one text per row, parted by
-- spaces, with an index of its groups of three letters. Triggers keep it, so that a release that knows
-- nothing of it keeps it as well; what a login writes wakes none of them.
CREATE VIEW users_in_words AS SELECT tenant_id, id AS user_id,
    ' ' || id || ' ' || email || ' '
    || CASE WHEN name_lower = '' OR name_lower = email THEN '' ELSE name_lower || ' ' END
    || CASE WHEN username = '' THEN '' ELSE username || ' ' END
    || CASE WHEN phone_number = '' THEN '' ELSE phone_number || ' ' END
    -- Another nickname is what the address begins with.
    || CASE WHEN has_nickname THEN nickname_lower || ' ' ELSE '' END
    -- Most are a part of the name.
    || CASE WHEN given_name_lower <> '' AND REPLACE(name_lower, given_name_lower, '') = name_lower
        THEN given_name_lower || ' ' ELSE '' END
    || CASE WHEN family_name_lower <> '' AND REPLACE(name_lower, family_name_lower, '') = name_lower
        THEN family_name_lower || ' ' ELSE '' END AS texts FROM users;
CREATE VIEW clients_in_words AS SELECT tenant_id, id AS client_id, name_lower || ' ' || search_text AS texts
    FROM clients;

-- SQLite only: begin
CREATE VIRTUAL TABLE user_texts USING fts5(tenant_id UNINDEXED, user_id UNINDEXED, texts,
    tokenize = 'trigram', detail = 'none', columnsize = 0);
CREATE VIRTUAL TABLE client_texts USING fts5(tenant_id UNINDEXED, client_id UNINDEXED, texts,
    tokenize = 'trigram', detail = 'none', columnsize = 0);
-- The row of the text. A rowid of these tables may change when the file is vacuumed.
ALTER TABLE users ADD COLUMN texts_row BIGINT;
ALTER TABLE clients ADD COLUMN texts_row BIGINT;
INSERT INTO user_texts (rowid, tenant_id, user_id, texts)
    SELECT users.rowid, users_in_words.tenant_id, users_in_words.user_id, users_in_words.texts FROM users
    JOIN users_in_words ON users_in_words.tenant_id = users.tenant_id AND users_in_words.user_id = users.id
    ORDER BY users.rowid;
INSERT INTO client_texts (rowid, tenant_id, client_id, texts)
    SELECT rowid, tenant_id, id, name_lower || ' ' || search_text FROM clients ORDER BY rowid;
UPDATE users SET texts_row = rowid;
UPDATE clients SET texts_row = rowid;

CREATE TRIGGER users_texts_new AFTER INSERT ON users BEGIN
    INSERT INTO user_texts (tenant_id, user_id, texts) SELECT tenant_id, user_id, texts FROM users_in_words
        WHERE tenant_id = new.tenant_id AND user_id = new.id;
    UPDATE users SET texts_row = last_insert_rowid() WHERE tenant_id = new.tenant_id AND id = new.id;
END;
CREATE TRIGGER users_texts_changed AFTER UPDATE OF email, name_lower, username, phone_number, has_nickname,
    nickname_lower, given_name_lower, family_name_lower ON users
    WHEN old.email <> new.email OR old.name_lower <> new.name_lower OR old.username <> new.username
        OR old.phone_number <> new.phone_number OR old.has_nickname <> new.has_nickname
        OR old.nickname_lower <> new.nickname_lower OR old.given_name_lower <> new.given_name_lower
        OR old.family_name_lower <> new.family_name_lower
BEGIN
    UPDATE user_texts SET texts = (SELECT texts FROM users_in_words
        WHERE tenant_id = new.tenant_id AND user_id = new.id) WHERE rowid = new.texts_row;
END;
CREATE TRIGGER users_texts_gone AFTER DELETE ON users BEGIN
    DELETE FROM user_texts WHERE rowid = old.texts_row;
END;

CREATE TRIGGER clients_texts_new AFTER INSERT ON clients BEGIN
    INSERT INTO client_texts (tenant_id, client_id, texts) SELECT tenant_id, client_id, texts
        FROM clients_in_words WHERE tenant_id = new.tenant_id AND client_id = new.id;
    UPDATE clients SET texts_row = last_insert_rowid() WHERE tenant_id = new.tenant_id AND id = new.id;
END;
CREATE TRIGGER clients_texts_changed AFTER UPDATE OF name_lower, search_text ON clients
    WHEN old.name_lower <> new.name_lower OR old.search_text <> new.search_text
BEGIN
    UPDATE client_texts SET texts = new.name_lower || ' ' || new.search_text WHERE rowid = new.texts_row;
END;
CREATE TRIGGER clients_texts_gone AFTER DELETE ON clients BEGIN
    DELETE FROM client_texts WHERE rowid = old.texts_row;
END;
-- SQLite only: end

-- PostgreSQL only: begin
-- Beside the users and not an index of theirs: a login writes the row of the user anew, and with it an entry
-- into every index of the table.
CREATE TABLE user_texts (
    tenant_id TEXT COLLATE "C" NOT NULL,
    user_id TEXT COLLATE "C" NOT NULL,
    texts TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (tenant_id, user_id)
);
CREATE TABLE client_texts (
    tenant_id TEXT COLLATE "C" NOT NULL,
    client_id TEXT COLLATE "C" NOT NULL,
    texts TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (tenant_id, client_id)
);
INSERT INTO user_texts (tenant_id, user_id, texts) SELECT tenant_id, user_id, texts FROM users_in_words;
INSERT INTO client_texts (tenant_id, client_id, texts) SELECT tenant_id, client_id, texts FROM clients_in_words;

CREATE FUNCTION keep_user_texts() RETURNS trigger LANGUAGE plpgsql AS $keep$
BEGIN
    IF TG_OP = 'DELETE' THEN
        DELETE FROM user_texts WHERE tenant_id = OLD.tenant_id AND user_id = OLD.id;
        RETURN NULL;
    END IF;
    INSERT INTO user_texts (tenant_id, user_id, texts) SELECT words.tenant_id, words.user_id, words.texts
        FROM users_in_words AS words WHERE words.tenant_id = NEW.tenant_id AND words.user_id = NEW.id
        ON CONFLICT (tenant_id, user_id) DO UPDATE SET texts = excluded.texts;
    RETURN NULL;
END $keep$;
CREATE TRIGGER users_texts_there AFTER INSERT OR DELETE ON users
    FOR EACH ROW EXECUTE FUNCTION keep_user_texts();
CREATE TRIGGER users_texts_changed AFTER UPDATE OF email, name_lower, username, phone_number, has_nickname,
    nickname_lower, given_name_lower, family_name_lower ON users
    FOR EACH ROW WHEN (old.email <> new.email OR old.name_lower <> new.name_lower
        OR old.username <> new.username OR old.phone_number <> new.phone_number
        OR old.has_nickname <> new.has_nickname OR old.nickname_lower <> new.nickname_lower
        OR old.given_name_lower <> new.given_name_lower OR old.family_name_lower <> new.family_name_lower)
    EXECUTE FUNCTION keep_user_texts();

CREATE FUNCTION keep_client_texts() RETURNS trigger LANGUAGE plpgsql AS $keep$
BEGIN
    IF TG_OP = 'DELETE' THEN
        DELETE FROM client_texts WHERE tenant_id = OLD.tenant_id AND client_id = OLD.id;
        RETURN NULL;
    END IF;
    INSERT INTO client_texts (tenant_id, client_id, texts)
        VALUES (NEW.tenant_id, NEW.id, NEW.name_lower || ' ' || NEW.search_text)
        ON CONFLICT (tenant_id, client_id) DO UPDATE SET texts = excluded.texts;
    RETURN NULL;
END $keep$;
CREATE TRIGGER clients_texts_there AFTER INSERT OR DELETE ON clients
    FOR EACH ROW EXECUTE FUNCTION keep_client_texts();
CREATE TRIGGER clients_texts_changed AFTER UPDATE OF name_lower, search_text ON clients
    FOR EACH ROW WHEN (old.name_lower <> new.name_lower OR old.search_text <> new.search_text)
    EXECUTE FUNCTION keep_client_texts();

-- A server may not have the extension, or not let this role add it. Then these searches read the texts from
-- end to end, and find the same.
DO $index$
BEGIN
    CREATE EXTENSION IF NOT EXISTS pg_trgm;
    CREATE INDEX user_texts_by_part ON user_texts USING gin (texts gin_trgm_ops);
    CREATE INDEX client_texts_by_part ON client_texts USING gin (texts gin_trgm_ops);
EXCEPTION WHEN OTHERS THEN
    RAISE WARNING 'searches for a part of a text are slow: %', SQLERRM;
END $index$;
-- PostgreSQL only: end
