-- The rejects of these days whose only fault is that their event was there before, with its id as
-- parse_lines.sql reads it.
create or replace temporary table rejected_repeats as
with texts as (
    select
        raw,
        from_json(raw, '{"event_id": "VARCHAR"}').event_id as event_id,
        event_date,
        source_filename,
        source_row_number,
        ingestion_ts
    from staging.stg_sales_rejects
    where event_date between :first_day and :last_day
        and reasons = :repeat_reason
)

select
    case
        when
            length(event_id) > 15
            and regexp_full_match(event_id, '-?\d+(\.\d+([eE][+-]?\d+)?|[eE][+-]?\d+)')
            then json_text(raw, 'event_id')
        else event_id
    end as event_id,
    event_date,
    source_filename,
    source_row_number,
    ingestion_ts
from texts;
