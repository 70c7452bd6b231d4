INSERT INTO duplicate_events (
  event_date,
  source_filename,
  source_row_number,
  source_item_number,
  is_replaced
)
WITH versions AS (
  SELECT
    event_date,
    source,
    event_id AS version_key,
    MAX(source_version) AS latest_version
  FROM parsed_sales
  WHERE
    (
      FALSE
    )
    AND NOT event_id IS NULL
    AND NOT (
      is_sale
      AND (
        COALESCE((
          is_object AND has_items AND quantity_sign <= 0
        ), FALSE)
        AND NOT COALESCE(CONTAINS(allowed_rules, ';quantity_positive;'), FALSE)
      )
    )
  GROUP BY
    event_date,
    source,
    event_id
  HAVING
    MAX(source_version) > MIN(COALESCE(source_version, -1))
), replaced AS (
  SELECT
    p.event_date,
    p.source_filename,
    p.source_row_number,
    p.source_item_number
  FROM parsed_sales AS p
  INNER JOIN versions AS v
    ON v.event_date = p.event_date
    AND v.source = p.source
    AND v.version_key = p.event_id
    AND v.latest_version > COALESCE(p.source_version, -1)
  WHERE
    p.is_sale
    AND NOT (
      COALESCE((
        p.is_object AND p.has_items AND p.quantity_sign <= 0
      ), FALSE)
      AND NOT COALESCE(CONTAINS(p.allowed_rules, ';quantity_positive;'), FALSE)
    )
), suspects AS (
  SELECT
    event_id
  FROM parsed_sales
  WHERE
    is_sale
  GROUP BY
    event_id
  HAVING
    COUNT(*) > 1
), again AS (
  SELECT
    p.event_date,
    p.source_filename,
    p.source_row_number,
    p.source_item_number
  FROM parsed_sales AS p
  LEFT JOIN replaced AS r
    ON r.event_date = p.event_date
    AND r.source_filename = p.source_filename
    AND r.source_row_number = p.source_row_number
    AND r.source_item_number = p.source_item_number
  WHERE
    p.event_id IN (
      SELECT
        suspects.event_id
      FROM suspects
    )
    AND p.is_sale
    AND NOT (
      COALESCE((
        p.is_object AND p.has_items AND p.quantity_sign <= 0
      ), FALSE)
      AND NOT COALESCE(CONTAINS(p.allowed_rules, ';quantity_positive;'), FALSE)
    )
    AND r.event_date IS NULL
  QUALIFY
    ROW_NUMBER() OVER (
      PARTITION BY p.event_date, p.event_id
      ORDER BY p.source_filename, p.source_row_number, p.source_item_number
    ) > 1
)
SELECT
  replaced.*,
  TRUE AS is_replaced
FROM replaced
UNION ALL
SELECT
  again.*,
  FALSE AS is_replaced
FROM again;
