-- Further lines to be erased.
insert into erased_lines (
    source_filename,
    source_row_number,
    batch_date,
    load_id,
    is_sale,
    is_theirs
)
select
    l.source_filename,
    l.source_row_number,
    l.batch_date,
    l.load_id,
    false as is_sale,
    true as is_theirs
from (:lines_found) as l;
