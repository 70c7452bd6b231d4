-- What was found, per file: lines, sales of the customer, sales of others in the same lines, and
-- whether it is the version that counts.
select
    e.source_filename,
    e.batch_date,
    e.load_id,
    max(iff(f.superseded_at is null, 1, 0)) = 1 as is_current,
    count(distinct e.source_row_number) as line_rows,
    count_if(e.is_theirs and e.is_sale) as sale_rows,
    count_if(not e.is_theirs) as other_sale_rows
from erased_lines as e
inner join raw.raw_sales_files as f
    on f.load_id = e.load_id
        and f.source_filename = e.source_filename
group by e.source_filename, e.batch_date, e.load_id
order by e.batch_date, e.source_filename, e.load_id;
