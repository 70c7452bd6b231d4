-- noqa: disable=AM04
-- One row per item of a line's list; one of a line that is no sale, has no items, or cannot be
-- read.
with numbered as (
    select
        *,
        not is_object or not is_sale or coalesce(len(:items) > 0, false) as has_items,
        unnest(
            generate_series(
                1,
                case
                    when is_object and is_sale then greatest(coalesce(len(:items), 1), 1)
                    else 1
                end
            )
        ) as source_item_number
    from events
)

select
    *,
    case when is_object and is_sale then list_extract(:items, source_item_number) end as item
from numbered;
