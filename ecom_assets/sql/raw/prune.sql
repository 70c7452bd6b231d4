-- Delete the lines of these versions of files. The ledger keeps their rows: that there was such a
-- version, when it came and when it was replaced.
delete from raw.raw_sales
where batch_date between :first_day and :last_day
    and (load_id, source_filename) in (
        select
            versions.load_id,
            versions.source_filename
        from (:versions) as versions
    );
