-- Some lines of a day, current versions only: the first ones, and the first that is no JSON.
-- Which ones is found without the lines themselves, so that few of those are read.
with places as (
    select
        r.load_id,
        r.source_filename,
        r.source_row_number,
        r.raw is not null as is_json
    from raw.raw_sales as r
    inner join raw.raw_sales_files as f
        on f.source_filename = r.source_filename
            and f.load_id = r.load_id
            and f.superseded_at is null
    where r.batch_date = :day
        and (r.raw is not null or r.raw_text is not null)
),

shown as (
    (
        select *
        from places
        where is_json
        order by source_filename, source_row_number
        limit 2
    )
    union all
    (
        select *
        from places
        where not is_json
        order by source_filename, source_row_number
        limit 1
    )
)

select
    r.source_filename,
    r.source_row_number,
    cast(r.raw as varchar) as raw,
    r.raw_text
from raw.raw_sales as r
inner join shown
    on shown.load_id = r.load_id
        and shown.source_filename = r.source_filename
        and shown.source_row_number = r.source_row_number
where r.batch_date = :day
order by shown.is_json desc, r.source_filename asc, r.source_row_number asc;
