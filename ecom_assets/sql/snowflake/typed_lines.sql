-- The lines of these files, their fields typed. JSON is read from the VARIANT, never parsed again.
-- How a field is typed is in types.sql.
with lines as (:lines),

texts as (
    select
        *,
        coalesce(is_object(raw), false) as is_object,
        :field_texts
    from lines
)

select
    *,
    :field_values
from texts;
