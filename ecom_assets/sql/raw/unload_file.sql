-- Take back the lines of a file that turned out to be damaged while it was loaded.
delete from raw.raw_sales
where load_id = :load_id
    and source_filename = :source_filename;
