-- What has to be known before these days are staged: the most days that an event could be late when
-- one of them, or of those around them, was judged; whether files correct lines of others, or have
-- lines of customers who were forgotten; and whether anything was made of them before.
select
    (:late_reach) as late_days,
    (
        select count(*)
        from raw.raw_sales_files
        where batch_date between :first_day and :last_day
            and superseded_at is null
            and (contains(source_filename, '.corrections.') or has_erased_lines)
    ) as corrections,
    (
        select count(*)
        from (
            select event_date from staging.stg_sales_clean
            union all
            select event_date from staging.stg_sales_rejects
            union all
            select event_date from staging.sales_quality_rules
            union all
            select event_date from staging.sales_quality_files
            union all
            select event_date from staging.sales_order_totals
            union all
            select event_date from staging.sales_quality_fields
            union all
            select event_date from staging.sales_quality
        ) as made
        where made.event_date between :first_own_day and :last_own_day
    ) as rows_before;
