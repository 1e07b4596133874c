-- What users are searched for by a part, written for many of them at once and found more exactly.

-- SQLite only: begin
-- With the places of the groups in each text: those that have all groups of a part, and not the part, are told
-- apart by the index then, without reading their texts.
DROP TABLE user_texts;
CREATE VIRTUAL TABLE user_texts USING fts5(tenant_id UNINDEXED, user_id UNINDEXED, texts,
    tokenize = 'trigram', columnsize = 0);
INSERT INTO user_texts (rowid, tenant_id, user_id, texts)
    SELECT users.texts_row, users_in_words.tenant_id, users_in_words.user_id, users_in_words.texts FROM users
    JOIN users_in_words ON users_in_words.tenant_id = users.tenant_id AND users_in_words.user_id = users.id
    ORDER BY users.texts_row;
-- SQLite only: end

-- PostgreSQL only: begin
-- The texts are made of the rows that a statement brings, all at once. They were read again one by one before,
-- and as long as nobody had analyzed the table PostgreSQL read it from end to end for each.
CREATE FUNCTION users_in_words(id TEXT, email TEXT, name_lower TEXT, username TEXT, phone_number TEXT,
    has_nickname BOOLEAN, nickname_lower TEXT, given_name_lower TEXT, family_name_lower TEXT)
    RETURNS TEXT LANGUAGE sql IMMUTABLE AS $words$
    SELECT ' ' || id || ' ' || email || ' '
        || CASE WHEN name_lower = '' OR name_lower = email THEN '' ELSE name_lower || ' ' END
        || CASE WHEN username = '' THEN '' ELSE username || ' ' END
        || CASE WHEN phone_number = '' THEN '' ELSE phone_number || ' ' END
        -- Another nickname is what the address begins with.
        || CASE WHEN has_nickname THEN nickname_lower || ' ' ELSE '' END
        -- Most are a part of the name.
        || CASE WHEN given_name_lower <> '' AND REPLACE(name_lower, given_name_lower, '') = name_lower
            THEN given_name_lower || ' ' ELSE '' END
        || CASE WHEN family_name_lower <> '' AND REPLACE(name_lower, family_name_lower, '') = name_lower
            THEN family_name_lower || ' ' ELSE '' END
$words$;
DROP VIEW users_in_words;

CREATE FUNCTION keep_new_user_texts() RETURNS trigger LANGUAGE plpgsql AS $keep$
BEGIN
    INSERT INTO user_texts (tenant_id, user_id, texts) SELECT tenant_id, id, users_in_words(id, email, name_lower,
            username, phone_number, has_nickname, nickname_lower, given_name_lower, family_name_lower) FROM arrived
        ON CONFLICT (tenant_id, user_id) DO UPDATE SET texts = excluded.texts;
    RETURN NULL;
END $keep$;
CREATE OR REPLACE FUNCTION keep_user_texts() RETURNS trigger LANGUAGE plpgsql AS $keep$
BEGIN
    IF TG_OP = 'DELETE' THEN
        DELETE FROM user_texts WHERE tenant_id = OLD.tenant_id AND user_id = OLD.id;
        RETURN NULL;
    END IF;
    INSERT INTO user_texts (tenant_id, user_id, texts) VALUES (NEW.tenant_id, NEW.id, users_in_words(NEW.id,
            NEW.email, NEW.name_lower, NEW.username, NEW.phone_number, NEW.has_nickname, NEW.nickname_lower,
            NEW.given_name_lower, NEW.family_name_lower))
        ON CONFLICT (tenant_id, user_id) DO UPDATE SET texts = excluded.texts;
    RETURN NULL;
END $keep$;
DROP TRIGGER users_texts_there ON users;
CREATE TRIGGER users_texts_new AFTER INSERT ON users REFERENCING NEW TABLE AS arrived
    FOR EACH STATEMENT EXECUTE FUNCTION keep_new_user_texts();
CREATE TRIGGER users_texts_gone AFTER DELETE ON users FOR EACH ROW EXECUTE FUNCTION keep_user_texts();
-- PostgreSQL only: end
