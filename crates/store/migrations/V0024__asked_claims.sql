-- Claims that a request asked for one by one, as JSON; null where it asked for none.
ALTER TABLE codes ADD COLUMN claims TEXT;
ALTER TABLE token_families ADD COLUMN claims TEXT;
