-- For each day and reason the first few rejected lines, with the value that broke the rule.
select
    event_date,
    reason,
    source_filename,
    source_row_number,
    source_item_number,
    substr(:offending_value, 1, :max_length) as offending_value
from staging.stg_sales_rejects
where event_date between :first_day and :last_day
qualify row_number() over (
    partition by event_date, reason
    order by source_filename, source_row_number, source_item_number
) <= :per_reason
order by event_date, reason, source_filename, source_row_number, source_item_number;
