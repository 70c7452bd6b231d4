-- Take the totals of these days out, which totals.sql makes anew.
delete from analytics.fact_sales_days
where event_date between :first_day and :last_day
    and event_date in (select p.event_date from published_days as p);

delete from analytics.fact_sales_breakdowns
where event_date between :first_day and :last_day
    and event_date in (select p.event_date from published_days as p);
