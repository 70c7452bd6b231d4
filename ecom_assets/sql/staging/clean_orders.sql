-- The orders of these days that state their money and have no reject: one that has a reject cannot
-- add up, and its reject tells of it.
select
    event_date,
    source_filename,
    source_row_number,
    min(order_id) as order_id,
    min(currency) as currency,
    cast(min(order_stated) as number(38, 4)) as stated_amount,
    cast(sum(total_amount) + min(order_further) as number(38, 4)) as counted_amount
from (:judged) as judged
where order_stated is not null
group by event_date, source_filename, source_row_number
having count_if(:breaks_a_rule) = 0;
