-- The days before these that the files of these days touch: a current line belongs to them, or a
-- row that is staged there came from such a file and may belong elsewhere now; or they wait for a
-- damaged file, or have to.
with files as (
    select
        source_filename,
        superseded_at is null and row_count is null as is_damaged
    from raw.raw_sales_files
    where batch_date between :first_batch_day and :last_batch_day
)

select event_date
from parsed_sales
where event_date < :first_batch_day
    and batch_date between :first_batch_day and :last_batch_day
union distinct
select event_date
from staging.sales_quality_files
where event_date >= :first_day
    and event_date < :first_batch_day
    and source_filename in (select files.source_filename from files)
union distinct
select event_date
from staging.sales_quality
where event_date >= :first_day
    and event_date < :first_batch_day
    and (
        held_for = 'files'
        or (
            select count_if(files.is_damaged)
            from files
        ) > 0
    )
order by event_date;
