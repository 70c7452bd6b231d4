-- One row per line that belongs to these days, its fields typed. JSON is read once per line. How a
-- field is typed is in types.sql.
insert into parsed_sales (:parsed_columns)
with lines as (:lines),

events as (
    select
        *,
        json_keys(raw) as keys,
        from_json(raw, :all_fields_as_text) as event
    from lines
),

texts as (
    select
        *,
        :field_texts
    from events
),

typed as (
    select
        *,
        :field_values,
        case
            when raw is null then false
            when cast(raw as varchar) like '%{%{%' and names_a_key_twice(raw) then false
            when len(keys) = :field_count and :all_fields_present then true
            else
                coalesce(
                    json_type(raw) = 'OBJECT' and len(list_distinct(keys)) = len(keys),
                    false
                )
        end as is_object
    from texts
),

placed as (
    select
        typed.*,
        :field_signs,
        :absent_fields as absent_fields,
        :unfit_fields as unfit_fields,
        :rounded_fields as rounded_fields,
        case
            when
                typed.is_object
                and cast(typed.event_ts as date) between coalesce(
                    judged.earliest_event_date,
                    greatest(typed.batch_date - :late_days, :first_partition)
                ) and typed.batch_date
                then cast(typed.event_ts as date)
            else typed.batch_date
        end as event_date
    from typed
    -- to which days a file's events may belong was decided when its own day was judged
    left join staging.sales_quality as judged
        on judged.event_date = typed.batch_date
            and typed.batch_date not between :own_first_day and :own_last_day
)

select placed.:parsed_columns
from placed
where placed.event_date in (:event_dates);
