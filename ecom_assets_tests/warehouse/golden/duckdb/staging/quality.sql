INSERT INTO staging.sales_quality_rules (
  event_date,
  rule,
  reason,
  reject_rows,
  broken_rows,
  rules_version,
  run_id,
  severity,
  limit_rate
)
WITH found AS (
  SELECT
    event_date,
    reason,
    reasons,
    COUNT(*) AS reject_rows
  FROM staging.stg_sales_rejects
  WHERE
    event_date BETWEEN CAST('2026-01-05' AS DATE) AND CAST('2026-01-06' AS DATE)
  GROUP BY
    event_date,
    reason,
    reasons
), warned AS (
  SELECT
    event_date,
    COUNT_IF(
      (
        COALESCE((
          is_object AND has_items AND NOT currency IN ('EUR')
        ), FALSE)
      ) IS TRUE
    ) AS currency_known
  FROM (
    SELECT
      c.*,
      TRUE AS is_object,
      TRUE AS has_items,
      SIGN(c.quantity) AS quantity_sign,
      SIGN(c.total_amount) AS total_amount_sign
    FROM staging.stg_sales_clean AS c
    WHERE
      c.event_date BETWEEN CAST('2026-01-05' AS DATE) AND CAST('2026-01-06' AS DATE)
      AND c.event_date IN (
        SELECT
          days.event_date
        FROM (
          SELECT event_date FROM (VALUES (CAST('2026-01-05' AS DATE))) AS v(event_date)
        ) AS days
      )
  ) AS clean_sales
  GROUP BY
    event_date
), counted AS (
  SELECT
    days.event_date,
    rules.rule,
    COALESCE(SUM(CASE WHEN found.reason = rules.reason THEN found.reject_rows ELSE 0 END), 0) AS reject_rows,
    COALESCE(SUM(found.reject_rows), 0) AS broken_rows
  FROM (
    SELECT event_date FROM (VALUES (CAST('2026-01-05' AS DATE))) AS v(event_date)
  ) AS days
  CROSS JOIN (
    SELECT
      rule,
      reason,
      severity,
      limit_rate
    FROM (VALUES
      ('quantity_positive', 'Non-positive quantity', 'reject', NULL),
      ('currency_known', 'Unknown currency', 'warn', 0.10),
      ('event_id_unique', 'Duplicate event_id', 'reject', NULL)) AS v(rule, reason, severity, limit_rate)
  ) AS rules
  LEFT JOIN found
    ON found.event_date = days.event_date
    AND CONTAINS('; ' || found.reasons || ';', '; ' || rules.reason || ';')
  GROUP BY
    days.event_date,
    rules.rule
)
SELECT
  counted.event_date,
  rules.rule,
  rules.reason,
  counted.reject_rows,
  COALESCE(CASE rules.rule WHEN 'currency_known' THEN currency_known END, counted.broken_rows) AS broken_rows,
  '08def45a6aac' AS rules_version,
  'it''s' AS run_id,
  rules.severity,
  rules.limit_rate
FROM counted
INNER JOIN (
  SELECT
    rule,
    reason,
    severity,
    limit_rate
  FROM (VALUES
    ('quantity_positive', 'Non-positive quantity', 'reject', NULL),
    ('currency_known', 'Unknown currency', 'warn', 0.10),
    ('event_id_unique', 'Duplicate event_id', 'reject', NULL)) AS v(rule, reason, severity, limit_rate)
) AS rules
  ON rules.rule = counted.rule
LEFT JOIN warned
  ON warned.event_date = counted.event_date;

INSERT INTO staging.sales_quality (
  event_date,
  raw_rows,
  clean_rows,
  reject_rows,
  reject_rate,
  publishable,
  rules_version,
  run_id,
  evaluated_at,
  held_for,
  reject_rate_limit,
  earliest_event_date,
  staged_along_with,
  rounded_rows,
  other_rows,
  sale_rows,
  replaced_rows,
  reject_money_rate,
  held_rule,
  held_rule_rows,
  set_aside_rows,
  allowed_rows,
  decisions,
  decided_by
)
WITH lines AS (
  SELECT
    event_date,
    COUNT_IF((
      source_item_number = 1
    ) IS TRUE) AS raw_rows,
    COUNT_IF((
      NOT is_sale
    ) IS TRUE) AS other_rows,
    COUNT_IF((
      is_sale
    ) IS TRUE) AS sale_rows,
    COUNT_IF((
      is_set_aside
    ) IS TRUE) AS set_aside_rows,
    COUNT_IF((
      is_object AND is_sale AND NOT rounded_fields IS NULL
    ) IS TRUE) AS rounded_rows
  FROM parsed_sales
  WHERE
    event_date BETWEEN CAST('2026-01-05' AS DATE) AND CAST('2026-01-06' AS DATE)
  GROUP BY
    event_date
), clean AS (
  SELECT
    event_date,
    COUNT(*) AS clean_rows,
    COUNT(allowed_rules) AS allowed_rows
  FROM staging.stg_sales_clean
  WHERE
    event_date BETWEEN CAST('2026-01-05' AS DATE) AND CAST('2026-01-06' AS DATE)
  GROUP BY
    event_date
), rejects AS (
  SELECT
    event_date,
    COUNT(*) AS reject_rows,
    COUNT_IF((
      reason IN ('')
    ) IS TRUE) AS replaced_rows
  FROM staging.stg_sales_rejects
  WHERE
    event_date BETWEEN CAST('2026-01-05' AS DATE) AND CAST('2026-01-06' AS DATE)
  GROUP BY
    event_date
), money_of_sales AS (
  SELECT
    p.event_date,
    p.currency,
    COUNT(*) AS sales,
    SUM(p.total_amount) AS amount
  FROM parsed_sales AS p
  LEFT JOIN duplicate_events AS d
    ON d.event_date = p.event_date
    AND d.source_filename = p.source_filename
    AND d.source_row_number = p.source_row_number
    AND d.source_item_number = p.source_item_number
    AND d.is_replaced
  WHERE
    p.is_sale
    AND p.total_amount > 0
    AND NOT p.currency IS NULL
    AND d.event_date IS NULL
  GROUP BY
    p.event_date,
    p.currency
), money_of_clean AS (
  SELECT
    event_date,
    currency,
    SUM(total_amount) AS amount
  FROM staging.stg_sales_clean
  WHERE
    event_date BETWEEN CAST('2026-01-05' AS DATE) AND CAST('2026-01-06' AS DATE)
    AND total_amount > 0
  GROUP BY
    event_date,
    currency
), money AS (
  SELECT
    s.event_date,
    ROUND(
      SUM(
        s.sales * (
          1 - CAST(COALESCE(c.amount, 0) AS DOUBLE) / CAST(s.amount AS DOUBLE)
        )
      ) / SUM(s.sales),
      6
    ) AS reject_money_rate
  FROM money_of_sales AS s
  LEFT JOIN money_of_clean AS c
    ON c.event_date = s.event_date AND c.currency = s.currency
  GROUP BY
    s.event_date
), rules_over AS (
  SELECT
    r.event_date,
    r.rule AS held_rule,
    CASE WHEN r.severity = 'warn' THEN r.broken_rows ELSE r.reject_rows END AS held_rule_rows
  FROM staging.sales_quality_rules AS r
  INNER JOIN lines
    ON lines.event_date = r.event_date
  WHERE
    r.event_date BETWEEN CAST('2026-01-05' AS DATE) AND CAST('2026-01-06' AS DATE)
    AND CASE WHEN r.severity = 'warn' THEN r.broken_rows ELSE r.reject_rows END > lines.sale_rows * r.limit_rate
  QUALIFY
    ROW_NUMBER() OVER (PARTITION BY r.event_date ORDER BY r.rule) = 1
), rows_of_files AS (
  SELECT
    load_id,
    source_filename,
    COUNT(*) AS row_count
  FROM raw.raw_sales
  WHERE
    batch_date BETWEEN CAST('2026-01-05' AS DATE) AND CAST('2026-01-05' AS DATE)
  GROUP BY
    load_id,
    source_filename
), incomplete AS (
  SELECT DISTINCT
    f.batch_date
  FROM raw.raw_sales_files AS f
  LEFT JOIN rows_of_files AS r
    ON r.load_id = f.load_id AND r.source_filename = f.source_filename
  WHERE
    f.batch_date BETWEEN CAST('2026-01-05' AS DATE) AND CAST('2026-01-05' AS DATE)
    AND f.superseded_at IS NULL
    AND f.row_count IS DISTINCT FROM COALESCE(r.row_count, 0)
), reaches AS (
  SELECT
    incomplete.batch_date,
    COALESCE(
      q.earliest_event_date,
      CASE
        WHEN incomplete.batch_date + INTERVAL (-7) DAY IS NULL
        OR CAST('2026-01-05' AS DATE) IS NULL
        THEN NULL
        ELSE GREATEST(
          incomplete.batch_date + INTERVAL (-7) DAY,
          CAST('2026-01-05' AS DATE)
        )
      END
    ) AS earliest_event_date
  FROM incomplete
  LEFT JOIN staging.sales_quality AS q
    ON q.event_date = incomplete.batch_date
    AND NOT incomplete.batch_date BETWEEN CAST('2026-01-05' AS DATE) AND CAST('2026-01-06' AS DATE)
), own_files AS (
  SELECT
    batch_date,
    COUNT(*) AS files,
    SUM(row_count) AS lines
  FROM raw.raw_sales_files
  WHERE
    batch_date BETWEEN CAST('2026-01-05' AS DATE) AND CAST('2026-01-06' AS DATE)
    AND superseded_at IS NULL
  GROUP BY
    batch_date
), waiting AS (
  SELECT DISTINCT
    days.event_date
  FROM (
    SELECT event_date FROM (VALUES (CAST('2026-01-05' AS DATE))) AS v(event_date)
  ) AS days
  INNER JOIN reaches
    ON days.event_date BETWEEN reaches.earliest_event_date AND reaches.batch_date
), counted AS (
  SELECT
    days.event_date,
    COALESCE(lines.raw_rows, 0) AS raw_rows,
    COALESCE(lines.rounded_rows, 0) AS rounded_rows,
    COALESCE(lines.other_rows, 0) AS other_rows,
    COALESCE(lines.sale_rows, 0) AS sale_rows,
    COALESCE(lines.set_aside_rows, 0) AS set_aside_rows,
    COALESCE(clean.clean_rows, 0) AS clean_rows,
    COALESCE(clean.allowed_rows, 0) AS allowed_rows,
    COALESCE(rejects.reject_rows, 0) AS reject_rows,
    COALESCE(rejects.replaced_rows, 0) AS replaced_rows,
    money.reject_money_rate,
    rules_over.held_rule,
    rules_over.held_rule_rows,
    decided.decisions,
    decided.decided_by AS decision_of,
    decided.is_held,
    decided.up_to,
    NOT waiting.event_date IS NULL AS has_incomplete_files,
    own_files.batch_date IS NULL AS has_no_files,
    days.event_date < CAST('2026-01-05' AS DATE)
    AND COALESCE(previous.held_for = 'not run', previous.event_date IS NULL) AS has_not_run,
    COALESCE(
      CASE
        WHEN days.event_date < CAST('2026-01-05' AS DATE)
        THEN previous.earliest_event_date
        ELSE NULL
      END,
      CASE
        WHEN days.event_date + INTERVAL (-7) DAY IS NULL
        OR CAST('2026-01-05' AS DATE) IS NULL
        THEN NULL
        ELSE GREATEST(days.event_date + INTERVAL (-7) DAY, CAST('2026-01-05' AS DATE))
      END
    ) AS earliest_event_date,
    CASE
      WHEN days.event_date < CAST('2026-01-05' AS DATE)
      THEN CAST('2026-01-05' AS DATE)
      ELSE NULL
    END AS staged_along_with
  FROM (
    SELECT event_date FROM (VALUES (CAST('2026-01-05' AS DATE))) AS v(event_date)
  ) AS days
  LEFT JOIN lines
    ON lines.event_date = days.event_date
  LEFT JOIN clean
    ON clean.event_date = days.event_date
  LEFT JOIN rejects
    ON rejects.event_date = days.event_date
  LEFT JOIN waiting
    ON waiting.event_date = days.event_date
  LEFT JOIN own_files
    ON own_files.batch_date = days.event_date
  LEFT JOIN money
    ON money.event_date = days.event_date
  LEFT JOIN rules_over
    ON rules_over.event_date = days.event_date
  LEFT JOIN (
    SELECT event_date, decisions, decided_by, is_held, up_to FROM (VALUES (CAST('2026-01-05' AS DATE), NULL, NULL, FALSE, NULL)) AS v(event_date, decisions, decided_by, is_held, up_to)
  ) AS decided
    ON decided.event_date = days.event_date
  LEFT JOIN staging.sales_quality AS previous
    ON previous.event_date = days.event_date
), rated AS (
  SELECT
    *,
    COALESCE(
      CAST(ROUND(
        CAST(reject_rows - replaced_rows AS DOUBLE) / NULLIF(sale_rows - replaced_rows, 0),
        6
      ) AS DECIMAL(9, 6)),
      0
    ) AS reject_rate
  FROM counted
), judged AS (
  SELECT
    *,
    CASE
      WHEN has_not_run
      THEN 'not run'
      WHEN has_incomplete_files
      THEN 'files'
      WHEN sale_rows <> clean_rows + reject_rows
      THEN 'lines'
      WHEN is_held
      THEN 'decision'
    END AS held_anyway,
    CASE
      WHEN has_no_files AND TRUE
      THEN 'empty'
      WHEN reject_rows - replaced_rows > (
        sale_rows - replaced_rows
      ) * 0.30
      THEN 'rejects'
      WHEN reject_money_rate > 0.30
      THEN 'money'
      WHEN NOT held_rule IS NULL
      THEN 'rule'
    END AS over_limit,
    COALESCE(reject_rate <= up_to, FALSE) AS is_let_pass
  FROM rated
), outcome AS (
  SELECT
    *,
    COALESCE(held_anyway, CASE WHEN is_let_pass THEN NULL ELSE over_limit END) AS held_for
  FROM judged
), told AS (
  SELECT
    *,
    held_for IS NULL AS publishable,
    CASE
      WHEN held_for = 'decision' OR (
        held_for IS NULL AND NOT over_limit IS NULL
      )
      THEN decision_of
      ELSE NULL
    END AS decided_by,
    '08def45a6aac' AS rules_version,
    'it''s' AS run_id,
    CAST('2026-01-05 01:02:03.000004' AS TIMESTAMP) AS evaluated_at,
    0.30 AS reject_rate_limit
  FROM outcome
)
SELECT
  event_date,
  raw_rows,
  clean_rows,
  reject_rows,
  reject_rate,
  publishable,
  rules_version,
  run_id,
  evaluated_at,
  held_for,
  reject_rate_limit,
  earliest_event_date,
  staged_along_with,
  rounded_rows,
  other_rows,
  sale_rows,
  replaced_rows,
  reject_money_rate,
  held_rule,
  held_rule_rows,
  set_aside_rows,
  allowed_rows,
  decisions,
  decided_by
FROM told;

INSERT INTO staging.sales_quality_files (
  event_date,
  source_filename,
  source,
  batch_date,
  ingestion_ts,
  line_rows,
  other_rows,
  sale_rows,
  compared_orders
)
WITH orders AS (
  SELECT
    event_date,
    source_filename,
    COUNT(*) AS compared_orders
  FROM (
    SELECT
      event_date,
      source_filename,
      source_row_number,
      MIN(order_id) AS order_id,
      MIN(currency) AS currency,
      CAST(MIN(order_stated) AS DECIMAL(38, 4)) AS stated_amount,
      CAST(SUM(total_amount) + MIN(order_further) AS DECIMAL(38, 4)) AS counted_amount
    FROM (
      SELECT
        p.*,
        COALESCE(r.is_replaced, FALSE) AS is_replaced,
        NOT r.source_row_number IS NULL AND NOT r.is_replaced AS is_duplicate
      FROM parsed_sales AS p
      LEFT JOIN duplicate_events AS r
        ON r.event_date = p.event_date
        AND r.source_filename = p.source_filename
        AND r.source_row_number = p.source_row_number
        AND r.source_item_number = p.source_item_number
      WHERE
        p.event_date IN (
          SELECT
            days.event_date
          FROM (
            SELECT event_date FROM (VALUES (CAST('2026-01-05' AS DATE))) AS v(event_date)
          ) AS days
        )
        AND p.is_sale
    ) AS judged
    WHERE
      NOT order_stated IS NULL
    GROUP BY
      event_date,
      source_filename,
      source_row_number
    HAVING
      COUNT_IF(
        (
          (
            (
              COALESCE((
                is_object AND has_items AND quantity_sign <= 0
              ), FALSE)
              AND NOT COALESCE(CONTAINS(allowed_rules, ';quantity_positive;'), FALSE)
            )
            OR COALESCE((
              is_object AND has_items AND is_duplicate
            ), FALSE)
          )
        ) IS TRUE
      ) = 0
  ) AS clean_orders
  GROUP BY
    event_date,
    source_filename
)
SELECT
  p.event_date,
  p.source_filename,
  p.source,
  p.batch_date,
  p.ingestion_ts,
  COUNT_IF((
    p.source_item_number = 1
  ) IS TRUE) AS line_rows,
  COUNT_IF((
    NOT p.is_sale
  ) IS TRUE) AS other_rows,
  COUNT_IF((
    p.is_sale
  ) IS TRUE) AS sale_rows,
  COALESCE(MAX(orders.compared_orders), 0) AS compared_orders
FROM parsed_sales AS p
LEFT JOIN orders
  ON orders.event_date = p.event_date AND orders.source_filename = p.source_filename
WHERE
  p.event_date BETWEEN CAST('2026-01-05' AS DATE) AND CAST('2026-01-06' AS DATE)
  AND p.event_date IN (
    SELECT
      days.event_date
    FROM (
      SELECT event_date FROM (VALUES (CAST('2026-01-05' AS DATE))) AS v(event_date)
    ) AS days
  )
GROUP BY
  p.event_date,
  p.source_filename,
  p.source,
  p.batch_date,
  p.ingestion_ts;

INSERT INTO staging.sales_order_totals (
  event_date,
  source_filename,
  source_row_number,
  order_id,
  currency,
  stated_amount,
  counted_amount,
  rules_version,
  run_id
)
SELECT
  event_date,
  source_filename,
  source_row_number,
  order_id,
  currency,
  stated_amount,
  counted_amount,
  '08def45a6aac' AS rules_version,
  'it''s' AS run_id
FROM (
  SELECT
    event_date,
    source_filename,
    source_row_number,
    MIN(order_id) AS order_id,
    MIN(currency) AS currency,
    CAST(MIN(order_stated) AS DECIMAL(38, 4)) AS stated_amount,
    CAST(SUM(total_amount) + MIN(order_further) AS DECIMAL(38, 4)) AS counted_amount
  FROM (
    SELECT
      p.*,
      COALESCE(r.is_replaced, FALSE) AS is_replaced,
      NOT r.source_row_number IS NULL AND NOT r.is_replaced AS is_duplicate
    FROM parsed_sales AS p
    LEFT JOIN duplicate_events AS r
      ON r.event_date = p.event_date
      AND r.source_filename = p.source_filename
      AND r.source_row_number = p.source_row_number
      AND r.source_item_number = p.source_item_number
    WHERE
      p.event_date IN (
        SELECT
          days.event_date
        FROM (
          SELECT event_date FROM (VALUES (CAST('2026-01-05' AS DATE))) AS v(event_date)
        ) AS days
      )
      AND p.is_sale
  ) AS judged
  WHERE
    NOT order_stated IS NULL
  GROUP BY
    event_date,
    source_filename,
    source_row_number
  HAVING
    COUNT_IF(
      (
        (
          (
            COALESCE((
              is_object AND has_items AND quantity_sign <= 0
            ), FALSE)
            AND NOT COALESCE(CONTAINS(allowed_rules, ';quantity_positive;'), FALSE)
          )
          OR COALESCE((
            is_object AND has_items AND is_duplicate
          ), FALSE)
        )
      ) IS TRUE
    ) = 0
) AS clean_orders
WHERE
  COALESCE(ABS(stated_amount - counted_amount) > 0, TRUE);

INSERT INTO staging.sales_quality_fields (
  event_date,
  field,
  filled_rows,
  absent_rows,
  unfit_rows,
  rounded_rows,
  first_unfit,
  rules_version,
  run_id
)
WITH found AS (
  SELECT
    event_date,
    absent_fields,
    unfit_fields,
    rounded_fields,
    COUNT(*) AS line_count,
    MIN(
      source_filename || ' line ' || CAST(source_row_number AS TEXT) || CASE
        WHEN source_item_number > 1
        THEN ' item ' || CAST(source_item_number AS TEXT)
        ELSE ''
      END
    ) AS first_line
  FROM parsed_sales
  WHERE
    event_date BETWEEN CAST('2026-01-05' AS DATE) AND CAST('2026-01-06' AS DATE)
    AND is_object
    AND is_sale
  GROUP BY
    event_date,
    absent_fields,
    unfit_fields,
    rounded_fields
), per_field AS (
  SELECT
    found.*,
    fields.field,
    COALESCE(CONTAINS(found.absent_fields, ';' || fields.field || ';'), FALSE) AS is_absent,
    COALESCE(CONTAINS(found.unfit_fields, ';' || fields.field || ';'), FALSE) AS is_unfit,
    CONTAINS(found.rounded_fields, ';' || fields.field || ';') AS is_rounded
  FROM found
  CROSS JOIN (
    SELECT
      field
    FROM (VALUES
      ('event_id'),
      ('event_ts'),
      ('order_id'),
      ('quantity'),
      ('total_amount'),
      ('currency'),
      ('points'),
      ('country'),
      ('device')) AS v(field)
  ) AS fields
)
SELECT
  days.event_date,
  fields.field,
  COALESCE(SUM(CASE WHEN f.is_absent OR f.is_unfit THEN 0 ELSE f.line_count END), 0) AS filled_rows,
  COALESCE(SUM(CASE WHEN f.is_absent THEN f.line_count ELSE 0 END), 0) AS absent_rows,
  COALESCE(SUM(CASE WHEN f.is_unfit THEN f.line_count ELSE 0 END), 0) AS unfit_rows,
  COALESCE(SUM(CASE WHEN f.is_rounded THEN f.line_count ELSE 0 END), 0) AS rounded_rows,
  MIN(CASE WHEN f.is_unfit THEN f.first_line ELSE NULL END) AS first_unfit,
  '08def45a6aac' AS rules_version,
  'it''s' AS run_id
FROM (
  SELECT event_date FROM (VALUES (CAST('2026-01-05' AS DATE))) AS v(event_date)
) AS days
CROSS JOIN (
  SELECT
    field
  FROM (VALUES
    ('event_id'),
    ('event_ts'),
    ('order_id'),
    ('quantity'),
    ('total_amount'),
    ('currency'),
    ('points'),
    ('country'),
    ('device')) AS v(field)
) AS fields
LEFT JOIN per_field AS f
  ON f.event_date = days.event_date AND f.field = fields.field
GROUP BY
  days.event_date,
  fields.field;
