-- The lines in whose place lines that were found stand are to be erased with them, or they would
-- count again. Returns how many lines there are now: a corrected line may itself correct another.
insert into erased_lines (
    source_filename,
    source_row_number,
    batch_date,
    load_id,
    is_sale,
    is_theirs
)
with corrected as (
    select distinct
        r.batch_date,
        :corrected_file as source_filename,
        try_cast(:corrected_line as bigint) as source_row_number
    from raw.raw_sales as r
    inner join erased_lines as e
        on e.load_id = r.load_id
            and e.source_filename = r.source_filename
            and e.source_row_number = r.source_row_number
    where contains(r.source_filename, '.corrections.')
)

select
    r.source_filename,
    r.source_row_number,
    r.batch_date,
    r.load_id,
    false as is_sale,
    true as is_theirs
from raw.raw_sales as r
inner join corrected as c
    on c.batch_date = r.batch_date
        and c.source_filename = r.source_filename
        and c.source_row_number = r.source_row_number
where (r.load_id, r.source_filename, r.source_row_number) not in (
        select
            e.load_id,
            e.source_filename,
            e.source_row_number
        from erased_lines as e
    );

select count(*) as line_rows
from erased_lines;
