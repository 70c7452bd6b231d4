-- noqa: disable=AM04
-- One row per item of a line's list; one of a line that is no sale, or has no items.
select
    events.*,
    not is_object
    or not is_sale
    or coalesce(is_array(:items) and array_size(:items) > 0, false) as has_items,
    coalesce(flattened.index, 0) + 1 as source_item_number,
    flattened.value as item
from events,
    lateral flatten(
        input => iff(events.is_sale and is_array(:items), :items, null), outer => true
    ) as flattened;
