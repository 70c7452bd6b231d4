-- noqa: disable=ST03
-- The lines of customers in RAW, in all versions of files, one row a sale: what their mapping reads
-- as the customer has one of these hashes. Sales of others in the same lines are found with them.
insert into erased_lines (
    source_filename,
    source_row_number,
    batch_date,
    load_id,
    :personal_columns,
    is_sale,
    is_theirs
)
with raw_lines as (
    select
        raw,
        source_filename,
        source_row_number,
        batch_date,
        load_id,
        ingestion_ts
    from raw.raw_sales
    where raw is not null
        and batch_date between :first_day and :last_day
        and coalesce(load_id = :load_id, true)
),

-- the query of :typed_lines reads these
typed as (:typed_lines),

hashed as (
    select
        *,
        coalesce(:hash_of_customer in (:erased_customers), false) as is_theirs
    from typed
)

select
    h.source_filename,
    h.source_row_number,
    h.batch_date,
    h.load_id,
    h.:personal_columns,
    h.is_sale,
    h.is_theirs
from hashed as h
where (h.load_id, h.source_filename, h.source_row_number) in (
        select
            t.load_id,
            t.source_filename,
            t.source_row_number
        from hashed as t
        where t.is_theirs
    );
