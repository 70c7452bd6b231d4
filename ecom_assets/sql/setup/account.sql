-- What lets Snowflake read the bucket without a key: an AWS role that it takes on.
-- As ACCOUNTADMIN, because a storage integration is an object of the account, and no other role
-- has the privilege CREATE INTEGRATION unless it was granted. Nothing else here needs that role.
-- The integration is this project's alone: it is limited to the landing zone. It is never replaced,
-- for a new one has a new external id, which the AWS role would not know.
use role accountadmin;

create storage integration if not exists :storage_integration
type = external_stage
storage_provider = :storage_provider
enabled = true
storage_aws_role_arn = :aws_role_arn
storage_allowed_locations = (:landing_url);

alter storage integration :storage_integration set
storage_aws_role_arn = :aws_role_arn
enabled = true
storage_allowed_locations = (:landing_url);

-- to make a stage with it; and to use that stage, for which Snowflake's pages on COPY and LIST ask
-- for it
grant usage on integration :storage_integration to role :owner_role;

grant usage on integration :storage_integration to role :loader_role;

-- STORAGE_AWS_IAM_USER_ARN and STORAGE_AWS_EXTERNAL_ID of this answer go into the AWS role's trust
desc integration :storage_integration;
