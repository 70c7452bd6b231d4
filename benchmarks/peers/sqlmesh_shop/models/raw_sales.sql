model (
    name raw.raw_sales,
    kind incremental_by_time_range (time_column event_date)
);

select
    case when json_valid(line) then cast(line as json) end as raw,
    case when not json_valid(line) then line end as raw_text,
    row_number() over () as source_row_number,
    cast(@start_ds as date) as event_date
from read_csv(
    @file, columns = {'line': 'varchar'}, delim = chr(1), quote = '', escape = '',
    header = false, auto_detect = false, max_line_size = 16000000
)
