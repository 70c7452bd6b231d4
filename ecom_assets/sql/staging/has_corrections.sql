-- Whether files of these days correct lines of others.
select count(*) as files
from raw.raw_sales_files
where batch_date between :first_batch_day and :last_batch_day
    and superseded_at is null
    and contains(source_filename, '.corrections.');
