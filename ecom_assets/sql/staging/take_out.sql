-- Take the rows of later days that move out of where they are. Runs in the transaction of
-- split.sql, which puts them where they belong.
delete from staging.stg_sales_clean
where event_date between :moved_first and :moved_last
    and (event_date, source_filename, source_row_number) in (
        select
            p.event_date,
            p.source_filename,
            p.source_row_number
        from parsed_sales as p
        where p.event_date between :moved_first and :moved_last
    );

delete from staging.stg_sales_rejects
where event_date between :moved_first and :moved_last
    and (event_date, source_filename, source_row_number) in (
        select
            p.event_date,
            p.source_filename,
            p.source_row_number
        from parsed_sales as p
        where p.event_date between :moved_first and :moved_last
    );
