SELECT
  event_date,
  COUNT(*) AS raw_rows
FROM parsed_sales
GROUP BY
  event_date
ORDER BY
  event_date;
