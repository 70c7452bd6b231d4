-- Take what was made of these days before out of staging; what was said of them last stays until it
-- is replaced (replace_quality.sql).
delete from staging.stg_sales_clean
where event_date between :first_day and :last_day
    and event_date in (select days.event_date from (:days) as days);

delete from staging.stg_sales_rejects
where event_date between :first_day and :last_day
    and event_date in (select days.event_date from (:days) as days);

delete from staging.sales_quality_rules
where event_date between :first_day and :last_day
    and event_date in (select days.event_date from (:days) as days);

delete from staging.sales_quality_files
where event_date between :first_day and :last_day
    and event_date in (select days.event_date from (:days) as days);

delete from staging.sales_order_totals
where event_date between :first_day and :last_day
    and event_date in (select days.event_date from (:days) as days);

delete from staging.sales_quality_fields
where event_date between :first_day and :last_day
    and event_date in (select days.event_date from (:days) as days);
