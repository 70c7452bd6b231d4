-- Loaded lines that must be corrected, per file: white space alone, which is no row, and text with
-- the CR of a CRLF at its end.
select
    source_filename,
    count_if(trim(coalesce(raw_text, ''), :white_space) = '') as blank_rows,
    count_if(endswith(raw_text, :carriage_return)) as rows_with_cr
from raw.raw_sales
where batch_date between :first_day and :last_day
    and load_id = :load_id
    and raw is null
group by source_filename;
