-- noqa: disable=AM04
-- The lines that a mapping is for. JSON is read from the VARIANT, never parsed again; Snowflake
-- takes no object that names a key twice for JSON.
with lines as (:lines),

judged as (
    select
        *,
        coalesce(is_object(raw), false) as is_object
    from lines
    where :reads_file
)

select
    *,
    not is_object or :is_sale as is_sale,
    :line_values
from judged;
