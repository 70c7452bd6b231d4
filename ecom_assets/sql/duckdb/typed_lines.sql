-- The lines of these files, their fields typed. JSON is read once per line. How a field is typed is
-- in types.sql.
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
)

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
from texts;
