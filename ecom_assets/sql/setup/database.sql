-- The database and what computes. A warehouse that exists keeps its size and its suspension: they
-- are its owner's choice.
use role sysadmin;

create database if not exists :database;

-- new columns compare their texts as they are, whatever the account's parameter says
alter database :database set
default_ddl_collation = '';

create warehouse if not exists :warehouse
warehouse_size = 'XSMALL'
auto_suspend = 60
auto_resume = true
initially_suspended = true
statement_timeout_in_seconds = :statement_seconds;

grant usage, create schema on database :database to role :owner_role;

grant usage on database :database to role :loader_role;

grant usage on database :database to role :reader_role;

-- to bring up tables of an earlier version, and to fill those that must not be empty
grant usage on warehouse :warehouse to role :owner_role;

grant usage on warehouse :warehouse to role :loader_role;

grant usage on warehouse :warehouse to role :reader_role;

-- Three schemas. With managed access their owner alone decides who may use what is in them, whoever
-- made it; and only there an owner may grant on what is added later (GRANT ... ON FUTURE), which
-- elsewhere takes the privilege MANAGE GRANTS of the whole account.
use role :owner_role;

use database :database;

create schema if not exists raw with managed access;

create schema if not exists staging with managed access;

create schema if not exists analytics with managed access;

grant usage on schema raw to role :loader_role;

-- The loader works in temporary tables in STAGING. USAGE is enough for them: "creating a temporary
-- table does not require the CREATE TABLE privilege" (Snowflake's reference, CREATE TABLE, access
-- control requirements).
grant usage on schema staging to role :loader_role;

grant usage on schema analytics to role :loader_role;

grant usage on schema analytics to role :reader_role;
