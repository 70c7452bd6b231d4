-- Which otherwise valid rows are not the first with their id on their day, by file name and then
-- line. Other days do not count here: whether an event stands on one of them is found out where
-- days are published. Few rows come as far as the rules: those whose id occurs more than once.
insert into duplicate_events (event_date, source_filename, source_row_number)
with suspects as (
    select event_id
    from parsed_sales
    group by event_id
    having count(*) > 1
)

select
    event_date,
    source_filename,
    source_row_number
from parsed_sales
where event_id in (select suspects.event_id from suspects)
    and not :breaks_row_rule
qualify row_number() over (
    partition by event_date, event_id
    order by source_filename, source_row_number
) > 1;
