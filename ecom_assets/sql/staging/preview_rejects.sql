-- Some rejected lines of a day, one per reason, with the value that broke the rule.
select
    reasons,
    :offending_value as offending_value,
    source_filename,
    source_row_number,
    source_item_number
from staging.stg_sales_rejects
where event_date = :day
qualify row_number() over (
    partition by reason
    order by source_filename, source_row_number, source_item_number
) = 1
order by source_filename, source_row_number, source_item_number;
