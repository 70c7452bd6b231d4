-- Who may do what with the tables: now, and with those that are added later.
-- The loader changes rows; it owns, makes, alters, truncates and drops nothing. The history of its
-- own session needs no grant. The reader sees ANALYTICS and nothing of the layers below.
use role :owner_role;

use database :database;

grant select, insert, update, delete on all tables in schema raw to role :loader_role;

grant select, insert, update, delete on future tables in schema raw to role :loader_role;

grant select, insert, update, delete on all tables in schema staging to role :loader_role;

grant select, insert, update, delete on future tables in schema staging to role :loader_role;

grant select, insert, update, delete on all tables in schema analytics to role :loader_role;

grant select, insert, update, delete on future tables in schema analytics to role :loader_role;

grant select on all views in schema analytics to role :loader_role;

grant select on future views in schema analytics to role :loader_role;

grant usage on stage raw.sales_landing to role :loader_role;

grant usage on file format raw.sales_lines to role :loader_role;

grant select on all tables in schema analytics to role :reader_role;

grant select on future tables in schema analytics to role :reader_role;

grant select on all views in schema analytics to role :reader_role;

grant select on future views in schema analytics to role :reader_role;
