SELECT DISTINCT
  order_id
FROM erased_lines
WHERE
  is_theirs;
