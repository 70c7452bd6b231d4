-- Count what the split has written, per day, file and rule, from the tables themselves.
-- Runs in one transaction with split.sql. A day may be published when every sale in the lines of
-- its files is accounted for, neither the share of rejects nor that of their money is above the
-- limit, no rule's own limit is exceeded, and its own files were asked for: a day that late events
-- of a later day alone have touched has nothing else yet. Of a line that is several sales the first
-- stands for the line. People may decide otherwise of limits, and of nothing else.
insert into staging.sales_quality_rules (
    event_date,
    rule,
    reason,
    reject_rows,
    broken_rows,
    rules_version,
    run_id,
    severity,
    limit_rate
)
with found as (
    select
        event_date,
        reason,
        reasons,
        count(*) as reject_rows
    from staging.stg_sales_rejects
    where event_date between :first_day and :last_day
    group by event_date, reason, reasons
),

warned as (
    select
        event_date,
        :warned_counts
    from (
        select
            c.*,
            true as is_object,
            true as has_items,
            :signs_as_kept
        from staging.stg_sales_clean as c
        where c.event_date between :first_day and :last_day
            and c.event_date in (select days.event_date from (:days) as days)
    ) as clean_sales
    group by event_date
),

counted as (
    select
        days.event_date,
        rules.rule,
        coalesce(sum(iff(found.reason = rules.reason, found.reject_rows, 0)), 0) as reject_rows,
        coalesce(sum(found.reject_rows), 0) as broken_rows
    from (:days) as days
    cross join (:rules) as rules
    left join found
        on found.event_date = days.event_date
            and contains(concat('; ', found.reasons, ';'), concat('; ', rules.reason, ';'))
    group by days.event_date, rules.rule
)

select
    counted.event_date,
    rules.rule,
    rules.reason,
    counted.reject_rows,
    coalesce(:warned_rows, counted.broken_rows) as broken_rows,
    :rules_version as rules_version,
    :run_id as run_id,
    rules.severity,
    rules.limit_rate
from counted
inner join (:rules) as rules
    on rules.rule = counted.rule
left join warned
    on warned.event_date = counted.event_date;

insert into staging.sales_quality (:quality_columns)
with lines as (
    select
        event_date,
        count_if(source_item_number = 1) as raw_rows,
        count_if(not is_sale) as other_rows,
        count_if(is_sale) as sale_rows,
        count_if(is_set_aside) as set_aside_rows,
        count_if(is_object and is_sale and rounded_fields is not null) as rounded_rows
    from parsed_sales
    where event_date between :first_day and :last_day
    group by event_date
),

clean as (
    select
        event_date,
        count(*) as clean_rows,
        count(allowed_rules) as allowed_rows
    from staging.stg_sales_clean
    where event_date between :first_day and :last_day
    group by event_date
),

rejects as (
    select
        event_date,
        count(*) as reject_rows,
        count_if(reason in (:uncounted_reasons)) as replaced_rows
    from staging.stg_sales_rejects
    where event_date between :first_day and :last_day
    group by event_date
),

-- what sales are worth, where that is known; what a later version replaced is worth nothing
money_of_sales as (
    select
        p.event_date,
        p.currency,
        count(*) as sales,
        sum(p.total_amount) as amount
    from parsed_sales as p
    left join duplicate_events as d
        on d.event_date = p.event_date
            and d.source_filename = p.source_filename
            and d.source_row_number = p.source_row_number
            and d.source_item_number = p.source_item_number
            and d.is_replaced
    where p.is_sale
        and p.total_amount > 0
        and p.currency is not null
        and d.event_date is null
    group by p.event_date, p.currency
),

money_of_clean as (
    select
        event_date,
        currency,
        sum(total_amount) as amount
    from staging.stg_sales_clean
    where event_date between :first_day and :last_day
        and total_amount > 0
    group by event_date, currency
),

money as (
    select
        s.event_date,
        round(
            sum(s.sales * (1 - cast(coalesce(c.amount, 0) as double) / cast(s.amount as double)))
            / sum(s.sales),
            6
        ) as reject_money_rate
    from money_of_sales as s
    left join money_of_clean as c
        on c.event_date = s.event_date
            and c.currency = s.currency
    group by s.event_date
),

rules_over as (
    select
        r.event_date,
        r.rule as held_rule,
        iff(r.severity = 'warn', r.broken_rows, r.reject_rows) as held_rule_rows
    from staging.sales_quality_rules as r
    inner join lines
        on lines.event_date = r.event_date
    where r.event_date between :first_day and :last_day
        and iff(r.severity = 'warn', r.broken_rows, r.reject_rows)
        > lines.sale_rows * r.limit_rate
    qualify row_number() over (partition by r.event_date order by r.rule) = 1
),

rows_of_files as (
    select
        load_id,
        source_filename,
        count(*) as row_count
    from raw.raw_sales
    where batch_date between :first_day and :last_batch_day
    group by load_id, source_filename
),

-- files that could not be read, or whose rows in RAW are not as many as their lines
incomplete as (
    select distinct f.batch_date
    from raw.raw_sales_files as f
    left join rows_of_files as r
        on r.load_id = f.load_id
            and r.source_filename = f.source_filename
    where f.batch_date between :first_day and :last_batch_day
        and f.superseded_at is null
        and f.row_count is distinct from coalesce(r.row_count, 0)
),

-- to which days the lines of a file may belong, as its own day was judged last
reaches as (
    select
        incomplete.batch_date,
        coalesce(
            q.earliest_event_date,
            greatest(dateadd(day, -:late_days, incomplete.batch_date), :first_partition)
        ) as earliest_event_date
    from incomplete
    left join staging.sales_quality as q
        on q.event_date = incomplete.batch_date
            and incomplete.batch_date not between :first_batch_day and :last_day
),

own_files as (:own_files),

waiting as (
    select distinct days.event_date
    from (:days) as days
    inner join reaches
        on days.event_date between reaches.earliest_event_date and reaches.batch_date
),

counted as (
    select
        days.event_date,
        coalesce(lines.raw_rows, 0) as raw_rows,
        coalesce(lines.rounded_rows, 0) as rounded_rows,
        coalesce(lines.other_rows, 0) as other_rows,
        coalesce(lines.sale_rows, 0) as sale_rows,
        coalesce(lines.set_aside_rows, 0) as set_aside_rows,
        coalesce(clean.clean_rows, 0) as clean_rows,
        coalesce(clean.allowed_rows, 0) as allowed_rows,
        coalesce(rejects.reject_rows, 0) as reject_rows,
        coalesce(rejects.replaced_rows, 0) as replaced_rows,
        money.reject_money_rate,
        rules_over.held_rule,
        rules_over.held_rule_rows,
        decided.decisions,
        decided.decided_by as decision_of,
        decided.is_held,
        decided.up_to,
        waiting.event_date is not null as has_incomplete_files,
        own_files.batch_date is null as has_no_files,
        days.event_date < :first_batch_day
        and coalesce(previous.held_for = 'not run', previous.event_date is null) as has_not_run,
        coalesce(
            iff(days.event_date < :first_batch_day, previous.earliest_event_date, null),
            greatest(dateadd(day, -:late_days, days.event_date), :first_partition)
        ) as earliest_event_date,
        iff(days.event_date < :first_batch_day, :first_batch_day, null) as staged_along_with
    from (:days) as days
    left join lines
        on lines.event_date = days.event_date
    left join clean
        on clean.event_date = days.event_date
    left join rejects
        on rejects.event_date = days.event_date
    left join waiting
        on waiting.event_date = days.event_date
    left join own_files
        on own_files.batch_date = days.event_date
    left join money
        on money.event_date = days.event_date
    left join rules_over
        on rules_over.event_date = days.event_date
    left join (:decided_days) as decided
        on decided.event_date = days.event_date
    left join staging.sales_quality as previous
        on previous.event_date = days.event_date
),

rated as (
    select
        *,
        coalesce(
            cast(
                round(
                    cast(reject_rows - replaced_rows as double)
                    / nullif(sale_rows - replaced_rows, 0),
                    6
                ) as number(9, 6)
            ),
            0
        ) as reject_rate
    from counted
),

judged as (
    select
        *,
        case
            when has_not_run then 'not run'
            when has_incomplete_files then 'files'
            when sale_rows <> clean_rows + reject_rows then 'lines'
            when is_held then 'decision'
        end as held_anyway,
        case
            when has_no_files and :hold_empty_days then 'empty'
            when
                reject_rows - replaced_rows > (sale_rows - replaced_rows) * :reject_rate_error
                then 'rejects'
            when reject_money_rate > :reject_rate_error then 'money'
            when held_rule is not null then 'rule'
        end as over_limit,
        coalesce(reject_rate <= up_to, false) as is_let_pass
    from rated
),

outcome as (
    select
        *,
        coalesce(held_anyway, iff(is_let_pass, null, over_limit)) as held_for
    from judged
),

told as (
    select
        *,
        held_for is null as publishable,
        iff(
            held_for = 'decision' or (held_for is null and over_limit is not null),
            decision_of,
            null
        ) as decided_by,
        :rules_version as rules_version,
        :run_id as run_id,
        :evaluated_at as evaluated_at,
        :reject_rate_error as reject_rate_limit
    from outcome
)

select :quality_columns
from told;

insert into staging.sales_quality_files (
    event_date,
    source_filename,
    source,
    batch_date,
    ingestion_ts,
    line_rows,
    other_rows,
    sale_rows,
    compared_orders
)
with orders as (
    select
        event_date,
        source_filename,
        count(*) as compared_orders
    from (:clean_orders) as clean_orders
    group by event_date, source_filename
)

select
    p.event_date,
    p.source_filename,
    p.source,
    p.batch_date,
    p.ingestion_ts,
    count_if(p.source_item_number = 1) as line_rows,
    count_if(not p.is_sale) as other_rows,
    count_if(p.is_sale) as sale_rows,
    coalesce(max(orders.compared_orders), 0) as compared_orders
from parsed_sales as p
left join orders
    on orders.event_date = p.event_date
        and orders.source_filename = p.source_filename
where p.event_date between :first_day and :last_day
    and p.event_date in (select days.event_date from (:days) as days)
group by p.event_date, p.source_filename, p.source, p.batch_date, p.ingestion_ts;

insert into staging.sales_order_totals (
    event_date,
    source_filename,
    source_row_number,
    order_id,
    currency,
    stated_amount,
    counted_amount,
    rules_version,
    run_id
)
select
    event_date,
    source_filename,
    source_row_number,
    order_id,
    currency,
    stated_amount,
    counted_amount,
    :rules_version as rules_version,
    :run_id as run_id
from (:clean_orders) as clean_orders
where coalesce(abs(stated_amount - counted_amount) > :order_tolerance, true);

insert into staging.sales_quality_fields (
    event_date,
    field,
    filled_rows,
    absent_rows,
    unfit_rows,
    rounded_rows,
    first_unfit,
    rules_version,
    run_id
)
with found as (
    select
        event_date,
        absent_fields,
        unfit_fields,
        rounded_fields,
        count(*) as line_count,
        min(:place_of_row) as first_line
    from parsed_sales
    where event_date between :first_day and :last_day
        and is_object
        and is_sale
    group by event_date, absent_fields, unfit_fields, rounded_fields
),

per_field as (
    select
        found.*,
        fields.field,
        coalesce(contains(found.absent_fields, concat(';', fields.field, ';')), false)
            as is_absent,
        coalesce(contains(found.unfit_fields, concat(';', fields.field, ';')), false) as is_unfit,
        contains(found.rounded_fields, concat(';', fields.field, ';')) as is_rounded
    from found
    cross join (:fields) as fields
)

select
    days.event_date,
    fields.field,
    coalesce(sum(iff(f.is_absent or f.is_unfit, 0, f.line_count)), 0) as filled_rows,
    coalesce(sum(iff(f.is_absent, f.line_count, 0)), 0) as absent_rows,
    coalesce(sum(iff(f.is_unfit, f.line_count, 0)), 0) as unfit_rows,
    coalesce(sum(iff(f.is_rounded, f.line_count, 0)), 0) as rounded_rows,
    min(iff(f.is_unfit, f.first_line, null)) as first_unfit,
    :rules_version as rules_version,
    :run_id as run_id
from (:days) as days
cross join (:fields) as fields
left join per_field as f
    on f.event_date = days.event_date
        and f.field = fields.field
group by days.event_date, fields.field;
