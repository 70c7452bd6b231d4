-- How many rejects of these days have this reason and no other.
select count(*) as reject_rows
from staging.stg_sales_rejects
where event_date between :first_day and :last_day
    and reasons = :reason
    and source_filename = coalesce(:source_filename, source_filename)
    and source = coalesce(:source, source);
