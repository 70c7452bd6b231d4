INSERT INTO raw.erased_customers (
  salt,
  customer_hash,
  erased_at,
  run_id
)
SELECT
  'it''s',
  'it''s',
  CAST('2026-01-05 01:02:03.000004' AS TIMESTAMP),
  'it''s'
WHERE
  NOT EXISTS(
    SELECT
      1
    FROM raw.erased_customers AS e
    WHERE
      e.salt = 'it''s' AND e.customer_hash = 'it''s'
  );
