-- What this session does not leave to the parameters of the account or the user; sessions of the
-- pipeline log in with the same.
alter session set DATE_INPUT_FORMAT = 'YYYY-MM-DD';
alter session set TIME_INPUT_FORMAT = 'AUTO';
alter session set TIMESTAMP_INPUT_FORMAT = 'AUTO';
alter session set DATE_OUTPUT_FORMAT = 'YYYY-MM-DD';
alter session set TIMESTAMP_OUTPUT_FORMAT = 'YYYY-MM-DD HH24:MI:SS.FF6';
alter session set TIMESTAMP_NTZ_OUTPUT_FORMAT = 'YYYY-MM-DD HH24:MI:SS.FF6';
alter session set BINARY_INPUT_FORMAT = 'HEX';
alter session set BINARY_OUTPUT_FORMAT = 'HEX';
alter session set TIMESTAMP_TYPE_MAPPING = 'TIMESTAMP_NTZ';
alter session set TIMEZONE = 'UTC';
alter session set QUOTED_IDENTIFIERS_IGNORE_CASE = false;
alter session set DEFAULT_NULL_ORDERING = 'LAST';
alter session set AUTOCOMMIT = true;
alter session set TRANSACTION_ABORT_ON_ERROR = false;
alter session set ABORT_DETACHED_QUERY = true;
alter session set LOCK_TIMEOUT = 3600;
alter session set STATEMENT_TIMEOUT_IN_SECONDS = 10800;
alter session set STATEMENT_QUEUED_TIMEOUT_IN_SECONDS = 0;
alter session set ROWS_PER_RESULTSET = 0;

-- Three roles of this project's own: one owns, one loads and transforms, one reads the answers.
-- SYSADMIN inherits them all, so that whoever administers the account can see and use what is here.
use role useradmin;

create role if not exists ECOM_OWNER;

create role if not exists ECOM_LOADER;

create role if not exists ECOM_READER;

-- SECURITYADMIN may grant roles that USERADMIN does not own, should they have been there before
use role securityadmin;

grant role ECOM_OWNER to role sysadmin;

grant role ECOM_LOADER to role sysadmin;

grant role ECOM_READER to role sysadmin;

-- the user that Dagster logs in as
grant role ECOM_LOADER to user "dagster@example.com";

-- What lets Snowflake read the bucket without a key: an AWS role that it takes on.
-- As ACCOUNTADMIN, because a storage integration is an object of the account, and no other role
-- has the privilege CREATE INTEGRATION unless it was granted. Nothing else here needs that role.
-- The integration is this project's alone: it is limited to the landing zone. It is never replaced,
-- for a new one has a new external id, which the AWS role would not know.
use role accountadmin;

create storage integration if not exists ECOM_S3
type = external_stage
storage_provider = 'S3'
enabled = true
storage_aws_role_arn = 'arn:aws:iam::123456789012:role/ecom-snowflake'
storage_allowed_locations = ('s3://bucket/in/here/');

alter storage integration ECOM_S3 set
storage_aws_role_arn = 'arn:aws:iam::123456789012:role/ecom-snowflake'
enabled = true
storage_allowed_locations = ('s3://bucket/in/here/');

-- to make a stage with it; and to use that stage, for which Snowflake's pages on COPY and LIST ask
-- for it
grant usage on integration ECOM_S3 to role ECOM_OWNER;

grant usage on integration ECOM_S3 to role ECOM_LOADER;

-- STORAGE_AWS_IAM_USER_ARN and STORAGE_AWS_EXTERNAL_ID of this answer go into the AWS role's trust
desc integration ECOM_S3;

-- The database and what computes. A warehouse that exists keeps its size and its suspension: they
-- are its owner's choice.
use role sysadmin;

create database if not exists ECOM;

-- new columns compare their texts as they are, whatever the account's parameter says
alter database ECOM set
default_ddl_collation = '';

create warehouse if not exists ECOM_WH
warehouse_size = 'XSMALL'
auto_suspend = 60
auto_resume = true
initially_suspended = true
statement_timeout_in_seconds = 10800;

grant usage, create schema on database ECOM to role ECOM_OWNER;

grant usage on database ECOM to role ECOM_LOADER;

grant usage on database ECOM to role ECOM_READER;

-- to bring up tables of an earlier version, and to fill those that must not be empty
grant usage on warehouse ECOM_WH to role ECOM_OWNER;

grant usage on warehouse ECOM_WH to role ECOM_LOADER;

grant usage on warehouse ECOM_WH to role ECOM_READER;

-- Three schemas. With managed access their owner alone decides who may use what is in them, whoever
-- made it; and only there an owner may grant on what is added later (GRANT ... ON FUTURE), which
-- elsewhere takes the privilege MANAGE GRANTS of the whole account.
use role ECOM_OWNER;

use database ECOM;

create schema if not exists raw with managed access;

create schema if not exists staging with managed access;

create schema if not exists analytics with managed access;

grant usage on schema raw to role ECOM_LOADER;

-- The loader works in temporary tables in STAGING. USAGE is enough for them: "creating a temporary
-- table does not require the CREATE TABLE privilege" (Snowflake's reference, CREATE TABLE, access
-- control requirements).
grant usage on schema staging to role ECOM_LOADER;

grant usage on schema analytics to role ECOM_LOADER;

grant usage on schema analytics to role ECOM_READER;

-- What the warehouse may spend in a month, of this project or of others. At the quota it finishes
-- what runs and starts nothing more until the month ends or somebody raises the quota.
-- As ACCOUNTADMIN, which alone makes resource monitors and puts warehouses under them.
use role accountadmin;

create resource monitor if not exists ECOM_MONTHLY
with
credit_quota = 50
frequency = monthly
start_timestamp = immediately
triggers
on 80 percent do notify
on 100 percent do suspend;

alter resource monitor ECOM_MONTHLY set
credit_quota = 50;

alter warehouse ECOM_WH set
resource_monitor = ECOM_MONTHLY;

-- Where the lines come from, and how they are read: each line whole, as one text.
use role ECOM_OWNER;

use database ECOM;

create file format if not exists raw.sales_lines
type = csv;

alter file format raw.sales_lines set
compression = auto
encoding = 'UTF8'
record_delimiter = '\n'
field_delimiter = none
escape = none
escape_unenclosed_field = none
field_optionally_enclosed_by = none
trim_space = false
null_if = ()
empty_field_as_null = false
error_on_column_count_mismatch = false
skip_blank_lines = true
skip_byte_order_mark = true
replace_invalid_characters = true;

create stage if not exists raw.sales_landing
url = 's3://bucket/in/here/'
storage_integration = ECOM_S3;

alter stage raw.sales_landing set
url = 's3://bucket/in/here/'
storage_integration = ECOM_S3;

-- what follows computes, and works in temporary tables
use warehouse ECOM_WH;

use schema staging;

-- A row for loads and one for what is made of them, which a transaction changes first. Snowflake
-- locks what an UPDATE changes until its transaction ends, so others wait there for their turn.
use role ECOM_OWNER;

use database ECOM;

create table if not exists raw.turns (
    taken_by varchar,
    taken_at timestamp_ntz
);

create table if not exists staging.turns (
    taken_by varchar,
    taken_at timestamp_ntz
);

insert into raw.turns (taken_by, taken_at)
select
    null,
    null
where not exists (select 1 from raw.turns);

insert into staging.turns (taken_by, taken_at)
select
    null,
    null
where not exists (select 1 from staging.turns);

-- Who may do what with the tables: now, and with those that are added later.
-- The loader changes rows; it owns, makes, alters, truncates and drops nothing. The history of its
-- own session needs no grant. The reader sees ANALYTICS and nothing of the layers below.
use role ECOM_OWNER;

use database ECOM;

grant select, insert, update, delete on all tables in schema raw to role ECOM_LOADER;

grant select, insert, update, delete on future tables in schema raw to role ECOM_LOADER;

grant select, insert, update, delete on all tables in schema staging to role ECOM_LOADER;

grant select, insert, update, delete on future tables in schema staging to role ECOM_LOADER;

grant select, insert, update, delete on all tables in schema analytics to role ECOM_LOADER;

grant select, insert, update, delete on future tables in schema analytics to role ECOM_LOADER;

grant select on all views in schema analytics to role ECOM_LOADER;

grant select on future views in schema analytics to role ECOM_LOADER;

grant usage on stage raw.sales_landing to role ECOM_LOADER;

grant usage on file format raw.sales_lines to role ECOM_LOADER;

grant select on all tables in schema analytics to role ECOM_READER;

grant select on future tables in schema analytics to role ECOM_READER;

grant select on all views in schema analytics to role ECOM_READER;

grant select on future views in schema analytics to role ECOM_READER;
