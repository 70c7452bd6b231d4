INSERT INTO raw.raw_sales
SELECT
  *
FROM raw.raw_sales
WHERE
  1 = 0;

UPDATE raw.raw_sales SET load_id = load_id
WHERE
  1 = 0;

DELETE FROM raw.raw_sales
WHERE
  1 = 0;
