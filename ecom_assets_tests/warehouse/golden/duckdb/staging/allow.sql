UPDATE parsed_sales SET allowed_rules = COALESCE(allowed_rules, ';') || 'it''s' || ';'
WHERE
  event_date BETWEEN CAST('2026-01-05' AS DATE) AND CAST('2026-01-06' AS DATE)
  AND source_filename = COALESCE('it''s', source_filename)
  AND source = COALESCE('it''s', source)
  AND is_sale
  AND NOT event_id IS NULL
  AND NOT event_ts IS NULL
  AND NOT quantity IS NULL
  AND NOT total_amount IS NULL
  AND COALESCE((is_object AND has_items AND quantity_sign <= 0), FALSE) AND NOT COALESCE(CONTAINS(allowed_rules, ';quantity_positive;'), FALSE);
