-- Which file repeats which, per day: events that FACT_SALES leaves out because they stand on one of
-- the days before.
select
    event_date,
    source_filename,
    earlier_filename,
    count(*) as repeat_rows,
    min(source_row_number) as first_row_number
from staging.stg_sales_repeats
where event_date between :first_day and :last_day
group by event_date, source_filename, earlier_filename
order by event_date asc, repeat_rows desc, source_filename asc, earlier_filename asc;
