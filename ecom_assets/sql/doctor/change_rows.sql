-- noqa: disable=AM04
-- What the pipeline does to a table, done to no row: whoever may not is refused all the same.
-- Runs in a transaction that is rolled back.
insert into :table_name
select *
from :table_name
where 1 = 0;

update :table_name
set :column_name = :column_name
where 1 = 0;

delete from :table_name
where 1 = 0;
