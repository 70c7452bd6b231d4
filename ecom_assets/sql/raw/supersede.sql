-- Of these files the earlier versions count no more. Runs before record_load.sql.
update raw.raw_sales_files
set superseded_at = :loaded_at
where superseded_at is null
    and source_filename in (:file_names);
