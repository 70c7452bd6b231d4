-- Orders whose money was compared, per day, and the first of those that do not add up; beside them
-- the sales that were read by a mapping which says what orders add up to.
with compared as (
    select
        event_date,
        sum(compared_orders) as compared_orders,
        sum(iff(:has_total, sale_rows, 0)) as sale_rows
    from staging.sales_quality_files
    where event_date between :first_day and :last_day
    group by event_date
),

off as (
    select
        *,
        row_number() over (
            partition by event_date
            order by source_filename, source_row_number
        ) as place,
        count(*) over (partition by event_date) as off_orders
    from staging.sales_order_totals
    where event_date between :first_day and :last_day
)

select
    compared.event_date,
    compared.compared_orders,
    compared.sale_rows,
    coalesce(off.off_orders, 0) as off_orders,
    off.source_filename,
    off.source_row_number,
    off.order_id,
    off.currency,
    off.stated_amount,
    off.counted_amount
from compared
left join off
    on off.event_date = compared.event_date
        and off.place <= :per_day
where compared.sale_rows > 0
order by compared.event_date, off.place;
