-- noqa: disable=AM04
-- A temporary copy of some days of a table: what a rehearsal reads and writes in its place.
create or replace temporary table :copy_name as
select *
from :table_name
where event_date between :first_day and :last_day;
