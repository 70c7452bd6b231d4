SELECT
  decisions.*
FROM staging.decisions AS decisions
LEFT JOIN staging.decisions AS ended
  ON ended.ends = decisions.decision_id
WHERE
  ended.decision_id IS NULL AND decisions.ends IS NULL
ORDER BY
  decisions.decided_at,
  decisions.decision_id;
