-- Every line of the files becomes a row of RAW, whatever it holds. `lines` is a stream of Arrow
-- record batches. DuckDB also accepts trailing commas, NaN and Infinity, so a line that looks
-- like it has one is looked at again without its strings.
insert into raw.raw_sales
select
    case when is_json then document end as raw,
    case when not is_json then line end as raw_text,
    source_filename,
    source_row_number,
    batch_date,
    :load_id as load_id,
    :loaded_at as ingestion_ts
from (
    select
        *,
        try_cast(line as json) as document,
        case
            when document is null then false
            when
                regexp_matches(
                    line,
                    ',[ \t\r]*[}\]]|[:,\[][ \t\r]*-?([nN][aA][nN]|[iI][nN][fF])|^[ \t\r]*-?[nNiI]'
                )
                then not regexp_matches(
                    regexp_replace(line, '"([^"\\]|\\.)*"', '""', 'g'),
                    ',[ \t\r]*[}\]]|[nN][aA][nN]|[iI][nN][fF]'
                )
            else true
        end as is_json
    from lines
) as judged;
