-- Which otherwise valid rows do not stay on their day: those of an order (or event) of which a
-- later version stands there, be that a sale or not (no version is earlier than any); and of the
-- others those that are not the first with their id, by file name, line and item. Other days do not
-- count here: whether an event stands on one of them is found out where days are published. Few
-- rows come as far as the rules: those of which something occurs more than once.
insert into duplicate_events (
    event_date,
    source_filename,
    source_row_number,
    source_item_number,
    is_replaced
)
with versions as (
    select
        event_date,
        source,
        :version_key as version_key,
        max(source_version) as latest_version
    from parsed_sales
    where :is_versioned
        and :version_key is not null
        and not (is_sale and :breaks_row_rule)
    group by event_date, source, :version_key
    having max(source_version) > min(coalesce(source_version, -1))
),

replaced as (
    select
        p.event_date,
        p.source_filename,
        p.source_row_number,
        p.source_item_number
    from parsed_sales as p
    inner join versions as v
        on v.event_date = p.event_date
            and v.source = p.source
            and v.version_key = p.:version_key
            and v.latest_version > coalesce(p.source_version, -1)
    where p.is_sale
        and not p.:breaks_row_rule
),

suspects as (
    select event_id
    from parsed_sales
    where is_sale
    group by event_id
    having count(*) > 1
),

again as (
    select
        p.event_date,
        p.source_filename,
        p.source_row_number,
        p.source_item_number
    from parsed_sales as p
    left join replaced as r
        on r.event_date = p.event_date
            and r.source_filename = p.source_filename
            and r.source_row_number = p.source_row_number
            and r.source_item_number = p.source_item_number
    where p.event_id in (select suspects.event_id from suspects)
        and p.is_sale
        and not p.:breaks_row_rule
        and r.event_date is null
    qualify row_number() over (
        partition by p.event_date, p.event_id
        order by p.source_filename, p.source_row_number, p.source_item_number
    ) > 1
)

select
    replaced.*,
    true as is_replaced
from replaced
union all
select
    again.*,
    false as is_replaced
from again;
