-- Fill clean and rejects for these days: every sale goes to exactly one of the two.
-- Of an object that has a value in no field of the event a reject says which keys it has, up to
-- twenty: it is another producer's. Runs in one transaction with quality.sql.
insert into staging.stg_sales_clean (:event_columns)
select :event_columns
from (:judged) as judged
where not :breaks_a_rule
order by event_date;

insert into staging.stg_sales_rejects (
    reason,
    reasons,
    raw,
    raw_text,
    event_date,
    source_filename,
    source_row_number,
    source_item_number,
    source,
    ingestion_ts,
    rules_version,
    run_id
)
with rejected as (
    select
        :first_reason as reason,
        :all_reasons as reasons,
        is_object and coalesce(absent_fields = :all_fields, false) as has_no_field,
        event_date,
        batch_date,
        source_filename,
        source_row_number,
        source_item_number,
        source,
        load_id
    from (:judged) as judged
    where :breaks_a_rule
)

select
    j.reason,
    case
        when j.has_no_field
            then
                concat(
                    j.reasons,
                    '; No known field has a value',
                    coalesce(
                        concat(
                            ', found: ',
                            nullif(substr(replace(:keys_of_line, ';', ','), 1, 500), '')
                        ),
                        ''
                    )
                )
        else j.reasons
    end as reasons,
    r.raw,
    r.raw_text,
    j.event_date,
    j.source_filename,
    j.source_row_number,
    j.source_item_number,
    j.source,
    r.ingestion_ts,
    :rules_version as rules_version,
    :run_id as run_id
from rejected as j
inner join raw.raw_sales as r
    on r.load_id = j.load_id
        and r.source_filename = j.source_filename
        and r.source_row_number = j.source_row_number
where r.batch_date between :first_day and :last_batch_day
order by j.event_date;
