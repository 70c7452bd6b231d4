SELECT
  *,
  1 AS source_item_number,
  TRUE AS has_items
FROM events;
