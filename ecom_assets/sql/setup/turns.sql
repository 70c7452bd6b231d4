-- A row for loads and one for what is made of them, which a transaction changes first. Snowflake locks what an
-- UPDATE changes until its transaction ends, so others wait there for their turn.
use role :owner_role;

use database :database;

create table if not exists raw.turns (
    taken_by varchar,
    taken_at timestamp_ntz
);

create table if not exists staging.turns (
    taken_by varchar,
    taken_at timestamp_ntz
);

insert into raw.turns (taken_by, taken_at)
select null, null
where not exists (select 1 from raw.turns);

insert into staging.turns (taken_by, taken_at)
select null, null
where not exists (select 1 from staging.turns);
