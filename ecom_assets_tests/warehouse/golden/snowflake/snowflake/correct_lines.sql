DELETE FROM raw.raw_sales
WHERE
  batch_date BETWEEN CAST('2026-01-05' AS DATE) AND CAST('2026-01-06' AS DATE)
  AND load_id = 'it\'s'
  AND raw IS NULL
  AND TRIM(COALESCE(raw_text, ''), ' \t\n\r\x0b\f') = '';

UPDATE raw.raw_sales SET raw_text = LEFT(raw_text, LENGTH(raw_text) - 1)
WHERE
  batch_date BETWEEN CAST('2026-01-05' AS DATE) AND CAST('2026-01-06' AS DATE)
  AND load_id = 'it\'s'
  AND raw IS NULL
  AND ENDSWITH(raw_text, '\r');
