select event_id
from {{ ref("stg_sales_clean") }}
where quantity <= 0 or total_amount < 0 or cast(event_ts as date) <> event_date
