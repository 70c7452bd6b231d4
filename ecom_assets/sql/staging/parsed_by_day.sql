-- Lines of RAW per event date, as parse_lines.sql has placed them.
select
    event_date,
    count(*) as raw_rows
from parsed_sales
group by event_date
order by event_date;
