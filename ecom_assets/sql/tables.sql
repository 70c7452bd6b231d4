-- The tables of all three schemas; above each, what one row of it is. Their columns are those of
-- ecom_assets/model/tables.py. What is made of RAW anew whenever a day is staged is transient:
-- Snowflake keeps no copy of it for seven days after it was deleted.

create schema if not exists raw;

create schema if not exists staging;

create schema if not exists analytics;

-- one row per time that the tables were made or brought up; append-only, the highest version counts
create table if not exists raw.schema_version (:columns);

-- a new warehouse begins with the tables that the project has now
insert into raw.schema_version (version, applied_at, project_version, declared, time_zone)
select
    :version,
    sysdate(),
    :project_version,
    :declared,
    :time_zone
where not exists (
        select 1
        from information_schema.tables
        where upper(table_schema) = 'RAW'
            and upper(table_name) = 'RAW_SALES'
    );

-- one row per line ever loaded; append-only
create table if not exists raw.raw_sales (:columns);

-- one row per loaded version of a file; row_count is null where the file could not be read
create table if not exists raw.raw_sales_files (:columns);

-- one row per customer who was forgotten; append-only
create table if not exists raw.erased_customers (:columns);

-- one row per event that breaks no rule
create transient table if not exists staging.stg_sales_clean (:columns);

-- one row per sale that breaks a rule
create transient table if not exists staging.stg_sales_rejects (:columns);

-- one row per decision of a person; append-only: a decision is ended by another
create table if not exists staging.decisions (:columns);

-- one row per event date
create table if not exists staging.sales_quality (:columns);

-- one row per event date and field of the event: values that are null, and why
create table if not exists staging.sales_quality_fields (:columns);

-- one row per event date and file that has lines of it
create table if not exists staging.sales_quality_files (:columns);

-- one row per order whose money does not add up to what it says
create table if not exists staging.sales_order_totals (:columns);

-- one row per event date and rule
create table if not exists staging.sales_quality_rules (:columns);

-- one row per clean event of a published day that FACT_SALES leaves out: its event stands on one of
-- the days before. Written with FACT_SALES, of which it is the rest: what was published of a day is
-- in one of the two.
create table if not exists staging.stg_sales_repeats (:columns);

-- one row per sale event, from clean staging only
create table if not exists analytics.fact_sales (:columns);

-- one row per published event date and currency; of a day without sales one row, without currency
create table if not exists analytics.fact_sales_days (:columns);

-- one row per published event date, currency and member of a breakdown: of the row's breakdown, the
-- column of that name has the member, the others are null
create table if not exists analytics.fact_sales_breakdowns (:columns);

-- one row per publication, event date, currency and cause: what it took away from the day's figures
-- and what it brought; append-only, so that the figures of any moment can be added up
create table if not exists analytics.fact_sales_changes (:columns);
