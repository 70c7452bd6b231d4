WITH lacking AS (
  SELECT
    q.event_date,
    q.publishable AND q.clean_rows = 0 AS is_empty
  FROM staging.sales_quality AS q
  WHERE
    q.event_date <> ALL (
      SELECT
        d.event_date
      FROM analytics.fact_sales_days AS d
      WHERE
        NOT d.orders IS NULL
        AND NOT d.units IS NULL
        AND NOT d.staged_at IS NULL
        AND (
          d.currency IS NULL
          OR d.event_date IN (
            SELECT
              b.event_date
            FROM analytics.fact_sales_breakdowns AS b
            GROUP BY
              b.event_date
            HAVING
              COUNT(DISTINCT b.breakdown) = 2
          )
        )
    )
)
SELECT
  event_date
FROM lacking
WHERE
  (
    is_empty AND TRUE
  )
  OR event_date IN (
    SELECT
      f.event_date
    FROM analytics.fact_sales AS f
    WHERE
      f.event_date IN (
        SELECT
          p.event_date
        FROM lacking AS p
      )
  )
ORDER BY
  event_date;
