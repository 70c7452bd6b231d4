-- What somebody wrote of the customer where they made a decision.
update staging.sales_quality
set decided_by = replace(decided_by, :why, :erased)
where contains(decided_by, :why);

update staging.decisions
set why = :erased,
    effect = :erased
where decision_id = :decision_id;
