audit (name no_line_is_lost);

select *
from (
    select
        (
            select count(*) from raw.raw_sales
            where event_date between @start_ds and @end_ds
        ) as lines,
        (
            select count(*) from staging.stg_sales_clean
            where event_date between @start_ds and @end_ds
        ) as clean,
        (
            select count(*) from @this_model
            where event_date between @start_ds and @end_ds
        ) as rejects
) as counts
where lines <> clean + rejects
