-- What this session has asked so far, as Snowflake's own history has it.
select
    query_id,
    query_type,
    rows_produced,
    bytes_scanned,
    total_elapsed_time
from table(information_schema.query_history_by_session(result_limit => 1000))
order by start_time;
