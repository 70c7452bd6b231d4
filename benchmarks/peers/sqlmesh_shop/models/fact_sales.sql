model (
    name analytics.fact_sales,
    kind incremental_by_time_range (time_column event_date),
    audits (unique_values(columns := (event_id)))
);

select *
from staging.stg_sales_clean
where event_date between @start_ds and @end_ds
