model (
    name staging.stg_sales_clean,
    kind incremental_by_time_range (time_column event_date),
    audits (
        unique_values(columns := (event_id)),
        not_null(columns := (event_id, event_ts, quantity, total_amount)),
        forall(criteria := (
            quantity > 0, total_amount >= 0, cast(event_ts as date) = event_date
        ))
    )
);

select * exclude (reasons)
from staging.stg_sales_judged
where event_date between @start_ds and @end_ds and reasons = ''
