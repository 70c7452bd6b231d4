-- Some lines of a day, current versions only: the first ones, and the first that is no JSON.
with lines as (
    select
        r.source_filename,
        r.source_row_number,
        cast(r.raw as varchar) as raw,
        r.raw_text
    from raw.raw_sales as r
    inner join raw.raw_sales_files as f
        on f.source_filename = r.source_filename
            and f.load_id = r.load_id
            and f.superseded_at is null
    where r.batch_date = :day
)

(
    select
        source_filename,
        source_row_number,
        raw,
        raw_text
    from lines
    where raw_text is null
    order by source_filename, source_row_number
    limit 2
)
union all
(
    select
        source_filename,
        source_row_number,
        raw,
        raw_text
    from lines
    where raw_text is not null
    order by source_filename, source_row_number
    limit 1
);
