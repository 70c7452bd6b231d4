-- noqa: disable=AM04
-- The decisions that were not ended, in the order in which they were made.
select decisions.*
from staging.decisions as decisions
left join staging.decisions as ended
    on ended.ends = decisions.decision_id
where ended.decision_id is null
    and decisions.ends is null
order by decisions.decided_at, decisions.decision_id;
