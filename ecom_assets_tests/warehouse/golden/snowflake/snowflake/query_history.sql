SELECT
  query_id,
  query_type,
  rows_produced,
  bytes_scanned,
  total_elapsed_time
FROM TABLE(information_schema.query_history_by_session(result_limit => 1000))
ORDER BY
  start_time;
