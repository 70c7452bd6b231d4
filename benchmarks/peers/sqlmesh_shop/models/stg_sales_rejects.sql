model (
    name staging.stg_sales_rejects,
    kind incremental_by_time_range (time_column event_date),
    depends_on (staging.stg_sales_clean),
    audits (no_line_is_lost, not_null(columns := (reason)))
);

select
    string_split(judged.reasons, '; ')[1] as reason,
    judged.reasons,
    sales.raw,
    sales.raw_text,
    judged.event_date,
    judged.source_row_number
from staging.stg_sales_judged as judged
inner join raw.raw_sales as sales
    on judged.source_row_number = sales.source_row_number and judged.event_date = sales.event_date
where judged.event_date between @start_ds and @end_ds and judged.reasons <> ''
