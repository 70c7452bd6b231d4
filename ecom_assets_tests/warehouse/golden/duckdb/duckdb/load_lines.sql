INSERT INTO raw.raw_sales
SELECT
  CASE WHEN is_json THEN document END AS raw,
  CASE WHEN NOT is_json THEN line END AS raw_text,
  source_filename,
  source_row_number,
  batch_date,
  'it''s' AS load_id,
  CAST('2026-01-05 01:02:03.000004' AS TIMESTAMP) AS ingestion_ts
FROM (
  SELECT
    *,
    TRY_CAST(line AS JSON) AS document,
    CASE
      WHEN document IS NULL
      THEN FALSE
      WHEN REGEXP_MATCHES(
        line,
        ',[ \t\r]*[}\]]|[:,\[][ \t\r]*-?([nN][aA][nN]|[iI][nN][fF])|^[ \t\r]*-?[nNiI]'
      )
      THEN NOT REGEXP_MATCHES(
        REGEXP_REPLACE(line, '"([^"\\]|\\.)*"', '""', 'g'),
        ',[ \t\r]*[}\]]|[nN][aA][nN]|[iI][nN][fF]'
      )
      ELSE TRUE
    END AS is_json
  FROM lines
) AS judged;
