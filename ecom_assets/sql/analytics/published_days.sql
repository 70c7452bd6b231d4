-- The totals that the answers and the checks read in place of the sales, anew for the days that are
-- named, each with the staging that it was published from, and for those of which rows have moved:
-- their cost follows the days, not the sales of all years. Of the latter it stays known which
-- staging was published. A file of the day that is empty is one of its files.
insert into published_days (event_date, staged_at, files, lines, rules_version, decisions)
with own_files as (:own_files),

files_with_lines as (
    select
        event_date,
        count_if(batch_date <> event_date) as further_files,
        sum(line_rows) as lines
    from staging.sales_quality_files
    where event_date between :first_day and :last_day
    group by event_date
)

select
    days.event_date,
    days.staged_at,
    coalesce(own_files.files, 0) + coalesce(files_with_lines.further_files, 0) as files,
    coalesce(files_with_lines.lines, 0) as lines,
    q.rules_version,
    q.decisions
from (:staged_days) as days
left join own_files
    on own_files.batch_date = days.event_date
left join files_with_lines
    on files_with_lines.event_date = days.event_date
left join staging.sales_quality as q
    on q.event_date = days.event_date
        and q.evaluated_at = days.staged_at
union all
select
    event_date,
    max(staged_at) as staged_at,
    max(files) as files,
    max(lines) as lines,
    max(rules_version) as rules_version,
    max(decisions) as decisions
from analytics.fact_sales_days
where event_date between :first_day and :last_day
    and event_date in (
        select p.event_date
        from placed_events as p
        where not p.is_new
    )
    and event_date not in (select days.event_date from (:staged_days) as days)
group by event_date;
