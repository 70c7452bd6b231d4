-- Whether there is anything whose event date could be a day of another time zone.
select
    (select count(*) from raw.raw_sales_files)
    + (select count(*) from staging.sales_quality) as row_count;
