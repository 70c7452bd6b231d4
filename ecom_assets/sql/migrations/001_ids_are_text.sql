-- noqa: disable=AM04
-- The ids of customers and products are text, as the shop writes them; they were whole numbers, and
-- keep their digits. A table is replaced in one statement, for Snowflake changes no number to text
-- in place, and commits at each. Run again, it changes nothing. No run may be at work: what it adds
-- to a table while that is replaced would be lost.
create or replace transient table staging.stg_sales_clean as
select * replace (
    cast(customer_id as varchar) as customer_id,
    cast(product_id as varchar) as product_id
)
from staging.stg_sales_clean;

create or replace table staging.stg_sales_repeats as
select * replace (
    cast(customer_id as varchar) as customer_id,
    cast(product_id as varchar) as product_id
)
from staging.stg_sales_repeats;

create or replace table analytics.fact_sales as
select * replace (
    cast(customer_id as varchar) as customer_id,
    cast(product_id as varchar) as product_id
)
from analytics.fact_sales;
