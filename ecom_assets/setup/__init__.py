"""What a team runs once: Snowflake's objects and roles, and the AWS policies next to them."""
