-- noqa: disable=AM04
-- What the pipeline does to each table, done to no row: whoever may not is refused all the same.
-- Runs in a transaction that is rolled back.
insert into raw.raw_sales
select *
from raw.raw_sales
where 1 = 0;

update raw.raw_sales
set ingestion_ts = ingestion_ts
where 1 = 0;

delete from raw.raw_sales
where 1 = 0;

insert into raw.raw_sales_files
select *
from raw.raw_sales_files
where 1 = 0;

update raw.raw_sales_files
set superseded_at = superseded_at
where 1 = 0;

delete from raw.raw_sales_files
where 1 = 0;

insert into staging.stg_sales_clean
select *
from staging.stg_sales_clean
where 1 = 0;

update staging.stg_sales_clean
set ingestion_ts = ingestion_ts
where 1 = 0;

delete from staging.stg_sales_clean
where 1 = 0;

insert into staging.stg_sales_repeats
select *
from staging.stg_sales_repeats
where 1 = 0;

update staging.stg_sales_repeats
set ingestion_ts = ingestion_ts
where 1 = 0;

delete from staging.stg_sales_repeats
where 1 = 0;

insert into staging.stg_sales_rejects
select *
from staging.stg_sales_rejects
where 1 = 0;

update staging.stg_sales_rejects
set run_id = run_id
where 1 = 0;

delete from staging.stg_sales_rejects
where 1 = 0;

insert into staging.sales_quality
select *
from staging.sales_quality
where 1 = 0;

update staging.sales_quality
set evaluated_at = evaluated_at
where 1 = 0;

delete from staging.sales_quality
where 1 = 0;

insert into staging.sales_quality_rules
select *
from staging.sales_quality_rules
where 1 = 0;

update staging.sales_quality_rules
set run_id = run_id
where 1 = 0;

delete from staging.sales_quality_rules
where 1 = 0;

insert into analytics.fact_sales
select *
from analytics.fact_sales
where 1 = 0;

update analytics.fact_sales
set ingestion_ts = ingestion_ts
where 1 = 0;

delete from analytics.fact_sales
where 1 = 0;

insert into analytics.fact_sales_days
select *
from analytics.fact_sales_days
where 1 = 0;

update analytics.fact_sales_days
set sales = sales
where 1 = 0;

delete from analytics.fact_sales_days
where 1 = 0;

insert into analytics.fact_sales_breakdowns
select *
from analytics.fact_sales_breakdowns
where 1 = 0;

update analytics.fact_sales_breakdowns
set sales = sales
where 1 = 0;

delete from analytics.fact_sales_breakdowns
where 1 = 0;
