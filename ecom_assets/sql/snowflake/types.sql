-- How a field is read from a line, for each type: first its text, then its value; null where it
-- does not fit. `:value` is its place in the VARIANT, `:text` its text, `:number` its value.
--
-- A moment is put together from its parts: how Snowflake detects a format on its own is not relied
-- on. Digits, colons and dots behind the T are the time of day; what follows it is the offset. A
-- whole number is kept only where it fits 64 bits, as in DuckDB.
select
    cast(:value as varchar) as in_line,
    get(filter(iff(is_array(:list), :list, null), e -> cast(e:key_name as varchar) = :text), 0)
        as picked,
    -- a list that is absent is one without elements; anything else is no amount
    case
        when is_array(:list)
            then reduce(:list, cast(0 as number(38, 8)), (total, e) -> total + :amount)
        when cast(:list as varchar) is null then 0
    end as summed,
    coalesce(is_array(:list) and array_size(:list) > 0, false) as has_items_in_line,
    try_to_decimal(cast(:amount as varchar), 19, 8) as bounded,
    cast(:value as varchar) is null as is_absent,
    array_to_string(array_slice(array_sort(object_keys(:value)), 0, 20), ', ') as keys_of_line,

    -- a JSON string or number; not one that a VARIANT has as a binary float
    iff(
        typeof(:value) in ('OBJECT', 'ARRAY', 'BOOLEAN', 'DOUBLE'), null, cast(:value as varchar)
    ) as text_as_text,
    :text as text_as_value,

    case
        when
            regexp_like(
                upper(replace(cast(:value as varchar), ',', '.')),
                '\\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\\d|3[01])'
                || '([T ]([01]\\d|2[0-3]):[0-5]\\d(:[0-5]\\d(\\.\\d+)?)?'
                || '(Z|[+-](0\\d|1[0-4])(:?[0-5]\\d)?)?)?'
            )
            -- so that no offset and no time zone leads out of the years 1 to 9999
            and left(cast(:value as varchar), 10) between '0001-01-03' and '9999-12-29'
            then upper(replace(cast(:value as varchar), ',', '.'))
    end as moment_as_text,
    -- as BigQuery exports it
    regexp_replace(cast(:value as varchar), ' UTC$', 'Z') as moment_of_producer,
    case
        when
            regexp_like(:text, '\\s*[+-]?(\\d+\\.?\\d*|\\.\\d+)([eE][+-]?\\d+)?\\s*')
            and try_to_decimal(trim(:text, :white_space), 24, 6) * :micros
            between -62135424000000000 and 253402127999999999
            then
                to_varchar(
                    dateadd(
                        microsecond,
                        cast(
                            try_to_decimal(trim(:text, :white_space), 24, 6) * :micros as bigint
                        ),
                        cast('1970-01-01' as timestamp_ntz)
                    ),
                    'YYYY-MM-DD HH24:MI:SS.FF6'
                )
    end as epoch_as_text,
    case
        when regexp_like(substr(:text, 11), '.*[Z+-].*') then :moment
        else convert_timezone(:time_zone, 'UTC', :moment)
    end as moment_as_local,
    case
        when regexp_like(:text, '\\d{1,18}(\\.\\d+)?') then try_to_decimal(:text, 24, 6)
        else cast(date_part(epoch_microsecond, :moment) as number(24, 6))
    end as version,
    dateadd(
        minute,
        case
            when length(regexp_replace(substr(:text, 12), '^[0-9:.]+', '')) < 3 then 0
            else
                iff(
                    left(regexp_replace(substr(:text, 12), '^[0-9:.]+', ''), 1) = '-', 1, -1
                )
                * (
                    60
                    * coalesce(
                        try_cast(
                            substr(regexp_replace(substr(:text, 12), '^[0-9:.]+', ''), 2, 2)
                            as number(4, 0)
                        ),
                        0
                    )
                    + iff(
                        length(regexp_replace(substr(:text, 12), '^[0-9:.]+', '')) > 3,
                        coalesce(try_cast(right(:text, 2) as number(4, 0)), 0),
                        0
                    )
                )
        end,
        try_cast(
            left(:text, 10)
            || ' '
            || iff(
                coalesce(regexp_substr(substr(:text, 12), '^[0-9:.]+'), '') = '',
                '00:00:00',
                left(rpad(regexp_substr(substr(:text, 12), '^[0-9:.]+'), 8, ':00:00'), 8)
                || substr(regexp_substr(substr(:text, 12), '^[0-9:.]+'), 9, 7)
            ) as timestamp_ntz
        )
    ) as moment_as_value,

    -- a binary float where 15 digits say which; anything else as it is
    case
        when typeof(:value) <> 'DOUBLE' then cast(:value as varchar)
        when
            try_to_double(cast(:value as varchar)) = cast(:value as double)
            and regexp_like(cast(:value as varchar), '[^1-9]*(\\d\\.?){1,15}(e.*)?')
            then cast(:value as varchar)
    end as whole_as_text,
    case
        when
            regexp_like(:text, '[+-]?\\d+(\\.0*)?')
            and try_cast(split_part(:text, '.', 1) as number(38, 0))
            between -9223372036854775808 and 9223372036854775807
            then try_cast(split_part(:text, '.', 1) as number(38, 0))
    end as whole_as_value,

    case
        when typeof(:value) <> 'DOUBLE' then cast(:value as varchar)
        when
            try_to_double(cast(:value as varchar)) = cast(:value as double)
            and regexp_like(cast(:value as varchar), '[^1-9]*(\\d\\.?){1,15}(e.*)?')
            then cast(:value as varchar)
    end as number_as_text,
    case
        when regexp_like(:text, '\\s*[+-]?(\\d+\\.?\\d*|\\.\\d+)([eE][+-]?\\d+)?\\s*')
            then try_to_decimal(trim(:text, :white_space), 18, 4)
    end as number_as_value,
    case
        when regexp_like(:text, '\\s*[+-]?(\\d+\\.?\\d*|\\.\\d+)([eE][+-]?\\d+)?\\s*')
            then try_to_decimal(trim(:text, :white_space), 19, 8)
    end as number_as_amount,
    -- of small units, before they are divided
    case
        when regexp_like(:text, '\\s*[+-]?(\\d+\\.?\\d*|\\.\\d+)([eE][+-]?\\d+)?\\s*')
            then try_to_decimal(trim(:text, :white_space), 29, 8)
    end as number_as_wide,
    -- of the number as it was written: rounded to four decimals it may be zero
    case
        when :number <> 0 then sign(:number)
        when :number is null then null
        when not regexp_like(:text, '[^1-9eE]*[1-9].*', 's') then 0
        when startswith(trim(:text, :white_space), '-') then -1
        else 1
    end as number_sign,
    :number is not null
    and (
        regexp_like(:text, '[^.eE]*\\.\\d{4}\\d*[1-9]\\d*\\s*')
        or (
            regexp_like(:text, '.*[eE].*', 's')
            and (
                coalesce(try_to_decimal(trim(:text, :white_space), 38, 18) <> :number, false)
                or (:number = 0 and regexp_like(:text, '[^1-9eE]*[1-9].*', 's'))
            )
        )
    ) as number_is_rounded;
