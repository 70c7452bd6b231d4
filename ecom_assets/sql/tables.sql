-- The tables of all three schemas. Grain: see the comment above each.

create schema if not exists raw;

create schema if not exists staging;

create schema if not exists analytics;

-- one row per time that the tables were made or brought up; append-only, the highest version counts
create table if not exists raw.schema_version (
    version bigint not null,
    applied_at timestamp_ntz not null,
    project_version varchar not null,
    declared varchar not null
);

-- a new warehouse begins with the tables that the project has now
insert into raw.schema_version (version, applied_at, project_version, declared)
select
    :version,
    sysdate(),
    :project_version,
    :declared
where not exists (
        select 1
        from information_schema.tables
        where upper(table_schema) = 'RAW'
            and upper(table_name) = 'RAW_SALES'
    );

-- one row per line ever loaded; append-only
create table if not exists raw.raw_sales (
    raw variant,
    raw_text varchar,
    source_filename varchar not null,
    source_row_number bigint not null,
    batch_date date not null,
    load_id varchar not null,
    ingestion_ts timestamp_ntz not null
) cluster by (batch_date);

-- one row per loaded version of a file; row_count is null where the file could not be read
create table if not exists raw.raw_sales_files (
    source_filename varchar not null,
    batch_date date not null,
    etag varchar not null,
    size_bytes bigint not null,
    last_modified timestamp_ntz not null,
    row_count bigint,
    load_id varchar not null,
    loaded_at timestamp_ntz not null,
    superseded_at timestamp_ntz
);

-- one row per event that breaks no rule
create table if not exists staging.stg_sales_clean (
    event_id varchar not null,
    event_ts timestamp_ntz not null,
    event_date date not null,
    order_id varchar,
    customer_id varchar,
    session_id varchar,
    product_id varchar,
    category varchar,
    quantity number(18, 4) not null,
    unit_price number(18, 4),
    total_amount number(18, 4) not null,
    currency varchar,
    payment_method varchar,
    country varchar,
    device varchar,
    marketing_channel varchar,
    source_filename varchar not null,
    source_row_number bigint not null,
    ingestion_ts timestamp_ntz not null
) cluster by (event_date);

-- one row per line that breaks a rule
create table if not exists staging.stg_sales_rejects (
    reason varchar not null,
    reasons varchar not null,
    raw variant,
    raw_text varchar,
    event_date date not null,
    source_filename varchar not null,
    source_row_number bigint not null,
    ingestion_ts timestamp_ntz not null,
    rules_version varchar not null,
    run_id varchar not null
) cluster by (event_date);

-- one row per event date
create table if not exists staging.sales_quality (
    event_date date not null,
    raw_rows bigint not null,
    clean_rows bigint not null,
    reject_rows bigint not null,
    reject_rate number(9, 6) not null,
    publishable boolean not null,
    rules_version varchar not null,
    run_id varchar not null,
    evaluated_at timestamp_ntz not null,
    held_for varchar,
    reject_rate_limit number(9, 6),
    earliest_event_date date,
    staged_along_with date,
    rounded_rows bigint
);

-- one row per event date and rule
create table if not exists staging.sales_quality_rules (
    event_date date not null,
    rule varchar not null,
    reason varchar not null,
    reject_rows bigint not null,
    broken_rows bigint not null,
    rules_version varchar not null,
    run_id varchar not null
);

-- one row per clean event of a published day that FACT_SALES leaves out: its event stands on one of
-- the days before. Written with FACT_SALES, of which it is the rest: what was published of a day is
-- in one of the two.
create table if not exists staging.stg_sales_repeats (
    event_id varchar not null,
    event_ts timestamp_ntz not null,
    event_date date not null,
    order_id varchar,
    customer_id varchar,
    session_id varchar,
    product_id varchar,
    category varchar,
    quantity number(18, 4) not null,
    unit_price number(18, 4),
    total_amount number(18, 4) not null,
    currency varchar,
    payment_method varchar,
    country varchar,
    device varchar,
    marketing_channel varchar,
    source_filename varchar not null,
    source_row_number bigint not null,
    ingestion_ts timestamp_ntz not null,
    earlier_event_date date not null,
    earlier_filename varchar not null,
    earlier_row_number bigint not null
) cluster by (event_date);

-- one row per sale event, from clean staging only
create table if not exists analytics.fact_sales (
    event_id varchar not null,
    event_ts timestamp_ntz not null,
    event_date date not null,
    order_id varchar,
    customer_id varchar,
    session_id varchar,
    product_id varchar,
    category varchar,
    quantity number(18, 4) not null,
    unit_price number(18, 4),
    total_amount number(18, 4) not null,
    currency varchar,
    payment_method varchar,
    country varchar,
    device varchar,
    marketing_channel varchar,
    source_filename varchar not null,
    source_row_number bigint not null,
    ingestion_ts timestamp_ntz not null
) cluster by (event_date);

-- one row per published event date and currency; of a day without sales one row, without currency
create table if not exists analytics.fact_sales_days (
    event_date date not null,
    currency varchar,
    orders bigint not null,
    sales bigint not null,
    units number(38, 4) not null,
    revenue number(38, 4) not null,
    staged_at timestamp_ntz not null
);

-- one row per published event date, currency and member of a breakdown: of the row's breakdown, the
-- column of that name has the member, the others are null
create table if not exists analytics.fact_sales_breakdowns (
    event_date date not null,
    currency varchar,
    breakdown varchar not null,
    category varchar,
    country varchar,
    device varchar,
    marketing_channel varchar,
    payment_method varchar,
    sales bigint not null,
    units number(38, 4) not null,
    revenue number(38, 4) not null
);
