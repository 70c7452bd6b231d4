-- Take what was published of these days before out of FACT_SALES and its repeats.
delete from analytics.fact_sales
where event_date between :first_day and :last_day
    and event_date in (select days.event_date from (:days) as days);

delete from staging.stg_sales_repeats
where event_date between :first_day and :last_day
    and event_date in (select days.event_date from (:days) as days);
