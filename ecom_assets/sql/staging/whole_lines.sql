-- noqa: disable=AM04
-- A line is one sale.
select
    *,
    1 as source_item_number,
    true as has_items
from events;
