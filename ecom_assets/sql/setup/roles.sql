-- Three roles of this project's own: one owns, one loads and transforms, one reads the answers.
-- SYSADMIN inherits them all, so that whoever administers the account can see and use what is here.
use role useradmin;

create role if not exists :owner_role;

create role if not exists :loader_role;

create role if not exists :reader_role;

-- SECURITYADMIN may grant roles that USERADMIN does not own, should they have been there before
use role securityadmin;

grant role :owner_role to role sysadmin;

grant role :loader_role to role sysadmin;

grant role :reader_role to role sysadmin;

-- the user that Dagster logs in as
grant role :loader_role to user :user;
