WITH lacking AS (
  SELECT
    q.event_date,
    q.publishable AND q.clean_rows = 0 AS is_empty,
    IFF(q.publishable, q.evaluated_at, DATEADD(SECOND, -1, q.evaluated_at)) AS staged_at
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
), known AS (
  SELECT
    event_date,
    MAX(staged_at) AS staged_at
  FROM analytics.fact_sales_days
  GROUP BY
    event_date
)
SELECT
  lacking.event_date,
  COALESCE(known.staged_at, lacking.staged_at) AS staged_at
FROM lacking
LEFT JOIN known
  ON known.event_date = lacking.event_date
WHERE
  (
    lacking.is_empty AND TRUE
  )
  OR lacking.event_date IN (
    SELECT
      f.event_date
    FROM analytics.fact_sales AS f
    WHERE
      f.event_date IN (
        SELECT
          l.event_date
        FROM lacking AS l
      )
  )
ORDER BY
  lacking.event_date;
