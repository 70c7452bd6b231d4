-- The lines lose what they held: they stay, so that those behind them keep their numbers and the
-- files their counts.
update raw.raw_sales
set raw = null,
    raw_text = null
where batch_date between :first_day and :last_day
    and (load_id, source_filename, source_row_number) in (
        select
            e.load_id,
            e.source_filename,
            e.source_row_number
        from erased_lines as e
    );

update raw.raw_sales_files
set has_erased_lines = true
where batch_date between :first_day and :last_day
    and (load_id, source_filename) in (
        select
            e.load_id,
            e.source_filename
        from erased_lines as e
    );
