-- Add the rows that move to the parsed lines. A row stays where it is until its own day is staged
-- again if today's rules or settings no longer take it for an otherwise valid row of that day.
-- Returns how many move, per day.
insert into parsed_sales
select *  -- noqa: AM04
from parsed_again
where not :broken_otherwise
    and (event_date, source_filename, source_row_number) in (
        select
            e.event_date,
            e.source_filename,
            e.source_row_number
        from repeated_events as e
        where e.event_date > :last_day
    );

select
    p.event_date,
    count_if(e.is_repeat) as to_rejects,
    count_if(not e.is_repeat) as to_clean
from parsed_sales as p
inner join repeated_events as e
    on e.event_date = p.event_date
        and e.source_filename = p.source_filename
        and e.source_row_number = p.source_row_number
where p.event_date > :last_day
group by p.event_date
order by p.event_date;
