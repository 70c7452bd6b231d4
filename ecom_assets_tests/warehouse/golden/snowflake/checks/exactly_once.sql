WITH published AS (
  SELECT
    event_id,
    event_date,
    source_filename,
    source_row_number,
    source_item_number,
    quantity,
    total_amount,
    TRUE AS is_in_fact
  FROM analytics.fact_sales
  WHERE
    event_date BETWEEN CAST('2026-01-05' AS DATE) AND CAST('2026-01-06' AS DATE)
  UNION ALL
  SELECT
    event_id,
    event_date,
    source_filename,
    source_row_number,
    source_item_number,
    quantity,
    total_amount,
    FALSE AS is_in_fact
  FROM staging.stg_sales_repeats
  WHERE
    event_date BETWEEN CAST('2026-01-05' AS DATE) AND CAST('2026-01-06' AS DATE)
), of_days AS (
  SELECT
    event_id,
    is_in_fact
  FROM published
  WHERE
    event_date >= CAST('2026-01-05' AS DATE)
), ids AS (
  SELECT
    event_id
  FROM of_days
  GROUP BY
    event_id
  HAVING
    COUNT(*) > 1
  UNION
  SELECT
    event_id
  FROM of_days
  WHERE
    NOT is_in_fact
  UNION
  SELECT
    event_id
  FROM published
  WHERE
    event_date < CAST('2026-01-05' AS DATE)
    AND event_id IN (
      SELECT
        o.event_id
      FROM of_days AS o
    )
), neighbours AS (
  SELECT
    event_date,
    source_filename,
    source_row_number,
    source_item_number,
    is_in_fact,
    DATEDIFF(DAY, LAG(event_date) OVER (PARTITION BY event_id ORDER BY event_date), event_date) AS days_since,
    DATEDIFF(
      DAY,
      LAG(event_date) OVER (PARTITION BY event_id, is_in_fact ORDER BY event_date),
      event_date
    ) AS days_since_alike
  FROM published
  WHERE
    event_id IN (
      SELECT
        ids.event_id
      FROM ids
    )
), published_as_staged AS (
  SELECT DISTINCT
    q.event_date
  FROM staging.sales_quality AS q
  INNER JOIN analytics.fact_sales_days AS f
    ON f.event_date = q.event_date AND f.staged_at = q.evaluated_at
  WHERE
    q.event_date BETWEEN CAST('2026-01-05' AS DATE) AND CAST('2026-01-06' AS DATE)
), wrong AS (
  SELECT
    event_date,
    CONCAT(
      source_filename,
      ' line ',
      CAST(source_row_number AS VARCHAR),
      IFF(source_item_number > 1, CONCAT(' item ', CAST(source_item_number AS VARCHAR)), '')
    ) AS place,
    CASE WHEN is_in_fact THEN 'twice' ELSE 'no repeat' END AS what
  FROM neighbours
  WHERE
    event_date >= CAST('2026-01-05' AS DATE)
    AND (
      (
        is_in_fact AND COALESCE(days_since_alike <= 7, FALSE)
      )
      OR (
        NOT is_in_fact AND NOT COALESCE(days_since <= 7, FALSE)
      )
    )
  UNION ALL
  SELECT
    c.event_date,
    CONCAT(
      c.source_filename,
      ' line ',
      CAST(c.source_row_number AS VARCHAR),
      IFF(
        c.source_item_number > 1,
        CONCAT(' item ', CAST(c.source_item_number AS VARCHAR)),
        ''
      )
    ) AS place,
    'missing' AS what
  FROM staging.stg_sales_clean AS c
  INNER JOIN published_as_staged AS d
    ON d.event_date = c.event_date
  LEFT JOIN published AS p
    ON p.event_date = c.event_date
    AND p.source_filename = c.source_filename
    AND p.source_row_number = c.source_row_number
    AND p.source_item_number = c.source_item_number
  WHERE
    c.event_date BETWEEN CAST('2026-01-05' AS DATE) AND CAST('2026-01-06' AS DATE)
    AND p.event_date IS NULL
)
SELECT
  event_date,
  COUNT_IF(what = 'twice') AS twice,
  MIN(IFF(what = 'twice', place, NULL)) AS first_twice,
  COUNT_IF(what <> 'twice') AS missing,
  MIN(IFF(what <> 'twice', place, NULL)) AS first_missing
FROM wrong
GROUP BY
  event_date
ORDER BY
  event_date;
