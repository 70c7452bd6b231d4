-- The lines that are no JSON, in all versions of files: whether they name a customer is not to be
-- read from a field.
select
    source_filename,
    source_row_number,
    batch_date,
    load_id,
    raw_text
from raw.raw_sales
where raw is null
    and raw_text is not null
    and batch_date between :first_day and :last_day
    and coalesce(load_id = :load_id, true);
