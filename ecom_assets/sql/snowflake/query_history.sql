-- What the statements of this session have read so far, as Snowflake's own history has it.
select sum(bytes_scanned) as bytes_scanned
from table(information_schema.query_history_by_session(result_limit => 1000));
