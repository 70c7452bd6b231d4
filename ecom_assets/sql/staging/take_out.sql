-- A file that a decision takes out: its lines are no sales. Only the version of the file that was
-- decided about: one that is sent later in its place counts.
delete from parsed_sales
where source_filename = :source_filename
    and source_item_number > 1
    and load_id in (
        select f.load_id
        from raw.raw_sales_files as f
        where f.source_filename = :source_filename
            and f.etag = :etag
    );

update parsed_sales
set is_sale = false,
    is_set_aside = true
where source_filename = :source_filename
    and load_id in (
        select f.load_id
        from raw.raw_sales_files as f
        where f.source_filename = :source_filename
            and f.etag = :etag
    );
