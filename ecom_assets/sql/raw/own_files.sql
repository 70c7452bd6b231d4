-- How many files lie in the folders of these days; no row of a day where none does.
select
    batch_date,
    count(*) as files
from raw.raw_sales_files
where batch_date between :first_day and :last_day
    and superseded_at is null
group by batch_date;
