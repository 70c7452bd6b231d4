-- noqa: disable=AM04
-- The lines that a mapping is for, taken apart: JSON is read once per line. An object must not name
-- a key twice, however deep it lies.
with lines as (:lines),

read as (
    select
        *,
        json_keys(raw) as keys,
        from_json(raw, :structure) as event
    from lines
    where :reads_file
),

judged as (
    select
        *,
        case
            when raw is null then false
            when
                cast(raw as varchar) like '%{%{%'
                and len(
                    list_filter(
                        json_keys(raw, '$.**'), lambda k: len(k) > 1 and list_unique(k) <> len(k)
                    )
                ) > 0
                then false
            when len(keys) = :field_count and :all_fields_present then true
            else
                coalesce(
                    json_type(raw) = 'OBJECT' and len(list_distinct(keys)) = len(keys),
                    false
                )
        end as is_object
    from read
)

select
    *,
    not is_object or :is_sale as is_sale,
    :line_values
from judged;
