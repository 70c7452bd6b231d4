-- The lines in whose place a corrected one stands, and those of customers who were forgotten.
select
    r.batch_date,
    :corrected_file as source_filename,
    try_cast(:corrected_line as bigint) as source_row_number
from raw.raw_sales as r
inner join raw.raw_sales_files as f
    on f.source_filename = r.source_filename
        and f.load_id = r.load_id
        and f.superseded_at is null
where r.batch_date between :first_batch_day and :last_batch_day
    and contains(r.source_filename, '.corrections.')
    and r.source_filename not in (:files_taken_out)
    and :corrected_file <> r.source_filename
union all
select
    r.batch_date,
    r.source_filename,
    r.source_row_number
from raw.raw_sales as r
inner join raw.raw_sales_files as f
    on f.source_filename = r.source_filename
        and f.load_id = r.load_id
        and f.superseded_at is null
        and f.has_erased_lines
where r.batch_date between :first_batch_day and :last_batch_day
    and r.raw is null
    and r.raw_text is null;
