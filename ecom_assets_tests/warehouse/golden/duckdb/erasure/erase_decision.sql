UPDATE staging.sales_quality SET decided_by = REPLACE(decided_by, 'it''s', 'it''s')
WHERE
  CONTAINS(decided_by, 'it''s');

UPDATE staging.decisions SET why = 'it''s', effect = 'it''s'
WHERE
  decision_id = 'it''s';
