DELETE FROM staging.stg_sales_clean
WHERE
  event_date BETWEEN CAST('2026-01-05' AS DATE) AND CAST('2026-01-06' AS DATE)
  AND event_date IN (
    SELECT
      days.event_date
    FROM (
      SELECT event_date FROM (VALUES (CAST('2026-01-05' AS DATE))) AS v(event_date)
    ) AS days
  );

DELETE FROM staging.stg_sales_rejects
WHERE
  event_date BETWEEN CAST('2026-01-05' AS DATE) AND CAST('2026-01-06' AS DATE)
  AND event_date IN (
    SELECT
      days.event_date
    FROM (
      SELECT event_date FROM (VALUES (CAST('2026-01-05' AS DATE))) AS v(event_date)
    ) AS days
  );

DELETE FROM staging.sales_quality_rules
WHERE
  event_date BETWEEN CAST('2026-01-05' AS DATE) AND CAST('2026-01-06' AS DATE)
  AND event_date IN (
    SELECT
      days.event_date
    FROM (
      SELECT event_date FROM (VALUES (CAST('2026-01-05' AS DATE))) AS v(event_date)
    ) AS days
  );

DELETE FROM staging.sales_quality_files
WHERE
  event_date BETWEEN CAST('2026-01-05' AS DATE) AND CAST('2026-01-06' AS DATE)
  AND event_date IN (
    SELECT
      days.event_date
    FROM (
      SELECT event_date FROM (VALUES (CAST('2026-01-05' AS DATE))) AS v(event_date)
    ) AS days
  );

DELETE FROM staging.sales_order_totals
WHERE
  event_date BETWEEN CAST('2026-01-05' AS DATE) AND CAST('2026-01-06' AS DATE)
  AND event_date IN (
    SELECT
      days.event_date
    FROM (
      SELECT event_date FROM (VALUES (CAST('2026-01-05' AS DATE))) AS v(event_date)
    ) AS days
  );

DELETE FROM staging.sales_quality_fields
WHERE
  event_date BETWEEN CAST('2026-01-05' AS DATE) AND CAST('2026-01-06' AS DATE)
  AND event_date IN (
    SELECT
      days.event_date
    FROM (
      SELECT event_date FROM (VALUES (CAST('2026-01-05' AS DATE))) AS v(event_date)
    ) AS days
  );
