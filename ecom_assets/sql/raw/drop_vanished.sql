-- Let the ledger forget files that are no longer in the landing zone: their rows count no more.
-- Runs in the transaction that loads the lines of the others.
update raw.raw_sales_files
set superseded_at = :loaded_at
where superseded_at is null
    and batch_date between :first_day and :last_day
    and source_filename in (:file_names);
