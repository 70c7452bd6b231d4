-- How a field is read from a line, for each type: first its text, then its value; null where it
-- does not fit. `:value` is the field as FROM_JSON gives it, `:text` its text, `:number` its value;
-- `field_name` stands for the field's name.
--
-- DuckDB turns JSON numbers into binary floats. Up to 15 characters with up to 4 decimals come back
-- as the number that was written; others are read again from the line (json_text), and so is a zero
-- that may have been too small for one. A number with an exponent is written out before it is cast
-- (plain_number).
select
    event.field_name as in_event,
    json_extract_string(raw, :path) as in_line,
    :value is null as is_absent,
    array_to_string(list_slice(list_sort(json_keys(:value)), 1, 20), ', ') as keys_of_line,

    -- a JSON string or number; FROM_JSON gives the JSON text of anything else
    case
        when
            length(:value) > 15
            and regexp_full_match(:value, '-?\d+(\.\d+([eE][+-]?\d+)?|[eE][+-]?\d+)')
            then json_text(raw, :name)
        when
            (
                starts_with(:value, '{')
                or starts_with(:value, '[')
                or :value = 'true'
                or :value = 'false'
            )
            and json_type(raw, :path) <> 'VARCHAR'
            then null
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
            and not starts_with(:value, '0000')
            then regexp_replace(replace(upper(:value), ',', '.'), '(\.\d{6})\d+', '\1')
    end as moment_as_text,
    try_cast(:text as timestamptz) at time zone 'UTC' as moment_as_value,

    case
        when contains(:value, '.') and length(:value) > 15 then json_text(raw, :name)
        else :value
    end as whole_as_text,
    case
        when regexp_full_match(:text, '[+-]?\d+(\.0*)?')
            then try_cast(split_part(:text, '.', 1) as bigint)
    end as whole_as_value,

    case
        when regexp_matches(:value, '\.\d{5}|[eE]|.{16}|^-?0\.0$')
            then plain_number(json_text(raw, :name))
        else :value
    end as number_as_text,
    case
        when regexp_full_match(:text, '\s*[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?\s*')
            then try_cast(:text as decimal(18, 4))
    end as number_as_value,
    -- of the number as it was written: rounded to four decimals it may be zero
    case
        when :number <> 0 then cast(sign(:number) as bigint)
        when :number is null then null
        when not regexp_matches(:text, '[1-9]') then 0
        when contains(:text, '-') then -1
        else 1
    end as number_as_sign,
    :number is not null and regexp_matches(:text, '\.\d{4}\d*[1-9]') as number_is_rounded;
