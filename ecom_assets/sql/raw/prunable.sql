-- Versions of files that have counted no more since before a moment, and whose lines are in RAW:
-- those of which no row is left in staging or FACT_SALES, for a held day keeps what was published
-- of an earlier version.
with made as (
    select
        source_filename,
        ingestion_ts
    from staging.stg_sales_clean
    union distinct
    select
        source_filename,
        ingestion_ts
    from staging.stg_sales_rejects
    union distinct
    select
        source_filename,
        ingestion_ts
    from staging.stg_sales_repeats
    union distinct
    select
        source_filename,
        ingestion_ts
    from analytics.fact_sales
),

loaded as (
    select
        load_id,
        source_filename,
        count(*) as raw_rows
    from raw.raw_sales
    group by load_id, source_filename
)

select
    f.batch_date,
    f.source_filename,
    f.etag,
    f.load_id,
    f.superseded_at,
    loaded.raw_rows
from raw.raw_sales_files as f
inner join loaded
    on loaded.load_id = f.load_id
        and loaded.source_filename = f.source_filename
left join made
    on made.source_filename = f.source_filename
        and made.ingestion_ts = f.loaded_at
where f.superseded_at < :before
    and made.source_filename is null
order by f.batch_date, f.source_filename, f.superseded_at;
