SELECT
  SUM(bytes_scanned) AS bytes_scanned
FROM TABLE(information_schema.query_history_by_session(result_limit => 1000));
