-- How many files lie in the folders of these days, with how many lines; no row of a day where none
-- does.
select
    batch_date,
    count(*) as files,
    sum(row_count) as lines
from raw.raw_sales_files
where batch_date between :first_day and :last_day
    and superseded_at is null
group by batch_date;
