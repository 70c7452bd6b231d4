-- Of the judgements of these days the new ones stay.
delete from staging.sales_quality
where event_date between :first_day and :last_day
    and event_date in (select days.event_date from (:days) as days)
    and evaluated_at <> :evaluated_at;
