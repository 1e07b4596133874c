-- One key of each kind signs and one is the next, whoever makes them first. The kind is the usual algorithm:
-- RS256, ES256 or EdDSA.
DROP INDEX signing_keys_one_of_each;
CREATE UNIQUE INDEX signing_keys_one_of_each ON signing_keys (tenant_id, algorithm, state)
    WHERE state IN ('current', 'next');
