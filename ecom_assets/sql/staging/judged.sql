-- noqa: disable=AM04
-- The sales of these days, each with what a rule of the scope `day` asks of it.
select
    p.*,
    coalesce(r.is_replaced, false) as is_replaced,
    r.source_row_number is not null and not r.is_replaced as is_duplicate
from parsed_sales as p
left join duplicate_events as r
    on r.event_date = p.event_date
        and r.source_filename = p.source_filename
        and r.source_row_number = p.source_row_number
        and r.source_item_number = p.source_item_number
where p.event_date in (select days.event_date from (:days) as days)
    and p.is_sale;
