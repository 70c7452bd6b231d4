-- The lines of a day's folder that have a reject which another line may correct, with the reasons.
select
    j.source_filename,
    j.source_row_number,
    min(j.reasons) as reasons,
    r.raw,
    r.raw_text
from staging.stg_sales_rejects as j
inner join raw.raw_sales_files as f
    on f.source_filename = j.source_filename
        and f.loaded_at = j.ingestion_ts
        and f.superseded_at is null
inner join raw.raw_sales as r
    on r.load_id = f.load_id
        and r.source_filename = j.source_filename
        and r.source_row_number = j.source_row_number
where r.batch_date = :day
    and f.batch_date = :day
    and j.reason not in (:day_reasons)
group by j.source_filename, j.source_row_number, r.raw, r.raw_text
order by j.source_filename, j.source_row_number;
