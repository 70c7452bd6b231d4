-- The lines in RAW of the files of these days, in the current version of each file. A line that is
-- JSON but for a byte-order mark before it (the head of a file that was appended to another), or
-- for half of a surrogate pair in a text, is read without the one and with U+FFFD for the other;
-- RAW keeps it as it came. Meanwhile escaped backslashes, `\u`, and the `\u` of whole pairs stand
-- as characters that no JSON has.
with current_rows as (
    select
        r.raw,
        r.source_filename,
        r.source_row_number,
        r.batch_date,
        r.load_id,
        r.ingestion_ts,
        case
            when
                (
                    startswith(r.raw_text, chr(65279))
                    or contains(r.raw_text, '\\ud')
                    or contains(r.raw_text, '\\uD')
                )
                and not contains(r.raw_text, chr(1))
                and not contains(r.raw_text, chr(2))
                and not contains(r.raw_text, chr(3))
                then
                    replace(
                        replace(ltrim(r.raw_text, chr(65279)), '\\\\', chr(1)),
                        '\\u',
                        chr(2)
                    )
        end as escaped
    from raw.raw_sales as r
    inner join raw.raw_sales_files as f
        on f.source_filename = r.source_filename
            and f.load_id = r.load_id
            and f.superseded_at is null
    where r.batch_date between :first_batch_day and :last_batch_day
),

mended as (
    select
        *,
        regexp_replace(
            regexp_replace(
                escaped,
                chr(2)
                || '([dD][89abAB][0-9a-fA-F][0-9a-fA-F])'
                || chr(2)
                || '([dD][c-fC-F][0-9a-fA-F][0-9a-fA-F])',
                chr(3) || '\\1' || chr(3) || '\\2'
            ),
            chr(2) || '[dD][89a-fA-F][0-9a-fA-F][0-9a-fA-F]',
            chr(65533)
        ) as text
    from current_rows
)

select
    case
        when text is null then raw
        else
            try_parse_json(
                replace(replace(replace(text, chr(3), '\\u'), chr(2), '\\u'), chr(1), '\\\\')
            )
    end as raw,
    source_filename,
    source_row_number,
    batch_date,
    load_id,
    ingestion_ts
from mended;
