-- noqa: disable=PRS
-- How a field is read from a line, for each type: first its text, then its value; null where it
-- does not fit. `:value` is what FROM_JSON gives of its place, `:text` its text, `:number` its
-- value; `:place` and `:item` say where it is in the line (json_text), `:path` in a JSON path.
--
-- DuckDB turns JSON numbers into binary floats. Up to 15 characters with up to 4 decimals come back
-- as the number that was written; others are read again from the line (json_number), and so is a
-- zero that may have been too small for one. A text with an exponent is written out before it is
-- cast (plain_number). An id that is a number is read again if it has a point or an exponent
-- (json_text). What a number is that was written with an exponent is the contract's to say
-- (docs/data-contract.md), for Snowflake's VARIANT keeps no more of it.
select
    json_extract_string(raw, :path) as in_line,
    json_text(raw, :place, :item) as picked_in_line,
    list_extract(:list, :number) as element,
    list_extract(list_filter(:list, lambda e: e.key_name = :text), 1) as picked,
    -- a list that is absent is one without elements; anything else is no amount
    case
        when :list is not null
            then
                list_reduce(
                    list_transform(:list, lambda e, i: cast(:amount as decimal(38, 8))),
                    lambda a, b: a + b,
                    cast(0 as decimal(38, 8))
                )
        when coalesce(json_type(raw, :path), 'NULL') = 'NULL' then 0
    end as summed,
    coalesce(json_array_length(raw, :path) > 0, false) as has_items_in_line,
    try_cast(:amount as decimal(19, 8)) as bounded,
    :value is null as is_absent,
    array_to_string(list_slice(list_sort(json_keys(:value)), 1, 20), ', ') as keys_of_line,

    -- a JSON string or number; FROM_JSON gives the JSON text of anything else. Comparisons go before
    -- what takes longer, for few texts begin so
    case
        when
            :value < ':'
            and regexp_full_match(
                :value, '-0|-?\d{16,}|-?\d+(\.\d+([eE][+-]?\d+)?|[eE][+-]?\d+)'
            )
            then nullif(json_text(raw, :place, :item), '')
        when
            :value >= '['
            and (
                starts_with(:value, '{')
                or starts_with(:value, '[')
                or :value = 'true'
                or :value = 'false'
            )
            then nullif(json_text(raw, :place, :item), '')
        else :value
    end as text_as_text,
    :text as text_as_value,

    case
        when
            regexp_full_match(
                :value,
                '\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])'
                '([Tt ]([01]\d|2[0-3]):[0-5]\d(:[0-5]\d([.,]\d+)?)?'
                '([Zz]|[+-](0\d|1[0-4])(:?[0-5]\d)?)?)?'
            )
            -- so that no offset and no time zone leads out of the years 1 to 9999
            and left(:value, 10) between '0001-01-03' and '9999-12-29'
            then regexp_replace(replace(upper(:value), ',', '.'), '(\.\d{6})\d+', '\1')
    end as moment_as_text,
    -- as BigQuery exports it
    regexp_replace(:value, ' UTC$', 'Z') as moment_of_producer,
    case
        when
            regexp_full_match(:text, '\s*[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?\s*')
            and try_cast(:text as decimal(24, 6)) * :micros
            between -62135424000000000 and 253402127999999999
            then
                cast(
                    make_timestamp(cast(try_cast(:text as decimal(24, 6)) * :micros as bigint))
                    as varchar
                )
    end as epoch_as_text,
    case
        when regexp_matches(substr(:text, 11), '[Z+-]') then :moment
        else timezone('UTC', timezone(:time_zone, :moment))
    end as moment_as_local,
    case
        when regexp_full_match(:text, '\d{1,18}(\.\d+)?') then try_cast(:text as decimal(24, 6))
        else cast(epoch_us(:moment) as decimal(24, 6))
    end as version,
    try_cast(:text as timestamptz) at time zone 'UTC' as moment_as_value,

    case
        when regexp_matches(:value, '[.eE]') and length(:value) > 15
            then json_number(raw, :place, :item)
        else :value
    end as whole_as_text,
    case
        when regexp_full_match(:text, '[+-]?\d+(\.0*)?')
            then try_cast(split_part(:text, '.', 1) as bigint)
    end as whole_as_value,

    case
        when regexp_matches(:value, '\.\d{5}|[eE]|.{16}|^-?0\.0$')
            then plain_number(json_number(raw, :place, :item))
        else :value
    end as number_as_text,
    case
        when regexp_full_match(:text, '\s*[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?\s*')
            then try_cast(:text as decimal(18, 4))
    end as number_as_value,
    case
        when regexp_full_match(:text, '\s*[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?\s*')
            then try_cast(:text as decimal(19, 8))
    end as number_as_amount,
    -- of small units, before they are divided
    case
        when regexp_full_match(:text, '\s*[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?\s*')
            then try_cast(:text as decimal(29, 8))
    end as number_as_wide,
    -- of the number as it was written: rounded to four decimals it may be zero
    case
        when :number <> 0 then cast(sign(:number) as bigint)
        when :number is null then null
        when not regexp_matches(:text, '[1-9]') then 0
        when contains(:text, '-') then -1
        else 1
    end as number_sign,
    :number is not null and regexp_matches(:text, '\.\d{4}\d*[1-9]') as number_is_rounded;
