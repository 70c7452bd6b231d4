-- noqa: disable=ST03
-- The sales in the lines that a mapping is for, one row each, their fields typed; a line that is no
-- sale is one row as well. How a field is read and typed is in types.sql of the engine.
with events as (:events),

sales as (:sales),

texts as (
    select
        *,
        :field_texts
    from sales
),

typed as (
    select
        *,
        :field_values
    from texts
)

select
    :field_names,
    source_filename,
    source_row_number,
    source_item_number,
    :source as source,
    source_version,
    batch_date,
    load_id,
    ingestion_ts,
    is_object,
    is_sale,
    has_items,
    order_stated,
    order_further,
    :field_signs,
    :absent_fields as absent_fields,
    :unfit_fields as unfit_fields,
    :rounded_fields as rounded_fields
from typed;
