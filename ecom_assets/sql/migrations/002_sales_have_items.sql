-- A line may be several sales: each row says which item of its line it is, and which mapping read
-- it. What is there was read from lines that are one sale each. Run again, it changes nothing.
update staging.stg_sales_clean
set source_item_number = 1,
    source = 'sale_line'
where source_item_number is null;

update staging.stg_sales_rejects
set source_item_number = 1,
    source = 'sale_line'
where source_item_number is null;

update staging.stg_sales_repeats
set source_item_number = 1,
    source = 'sale_line',
    earlier_item_number = 1
where source_item_number is null;

update analytics.fact_sales
set source_item_number = 1,
    source = 'sale_line'
where source_item_number is null;

update staging.sales_quality
set other_rows = 0,
    sale_rows = raw_rows,
    replaced_rows = 0
where sale_rows is null;

insert into staging.sales_quality_files (
    event_date,
    source_filename,
    source,
    batch_date,
    ingestion_ts,
    line_rows,
    other_rows,
    sale_rows,
    compared_orders
)
with staged as (
    select
        event_date,
        source_filename,
        ingestion_ts
    from staging.stg_sales_clean
    union all
    select
        event_date,
        source_filename,
        ingestion_ts
    from staging.stg_sales_rejects
)

select
    staged.event_date,
    staged.source_filename,
    'sale_line' as source,
    min(f.batch_date) as batch_date,
    staged.ingestion_ts,
    count(*) as line_rows,
    0 as other_rows,
    count(*) as sale_rows,
    0 as compared_orders
from staged
inner join raw.raw_sales_files as f
    on f.source_filename = staged.source_filename
        and f.loaded_at = staged.ingestion_ts
where not exists (
        select 1
        from staging.sales_quality_files
    )
group by staged.event_date, staged.source_filename, staged.ingestion_ts;
