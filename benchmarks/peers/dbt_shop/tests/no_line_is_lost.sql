select *
from (
    select
        (select count(*) from {{ ref("raw_sales") }}) as lines,
        (select count(*) from {{ ref("stg_sales_clean") }}) as clean,
        (select count(*) from {{ ref("stg_sales_rejects") }}) as rejects
)
where lines <> clean + rejects
