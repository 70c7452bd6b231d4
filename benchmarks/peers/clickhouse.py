"""ClickHouse in one process (chdb) making the tables from a file of one day, as MergeTree tables.

What a data engineer writes who knows ClickHouse, tuned as its documentation tells: lines loaded as
they are (`LineAsString`), JSON taken apart once into a tuple, everything in bulk inserts, tables
ordered by what is asked for, no NULL where none is needed. The rules are the same; a number with
more than four decimal places is cut, not rounded.

    python clickhouse.py FILE FOLDER
"""

import json
import sys
import time
from pathlib import Path
from typing import Any

from chdb.session import Session

SCRIPT = """
create database raw;
create database staging;
create database analytics;

create table raw.raw_sales engine = MergeTree order by source_row_number as
select
    line as raw,
    isValidJSON(line) as is_json,
    toUInt64(assumeNotNull(_row_number)) + 1 as source_row_number,
    {day:Date} as event_date
from file({file:String}, 'LineAsString');

create table staging.stg_sales_judged engine = MergeTree order by source_row_number as
with parsed as (
    select
        source_row_number,
        event_date,
        is_json,
        JSONExtract(raw, 'Tuple(
            event_id String, event_ts String, order_id String, customer_id String,
            session_id String, product_id String, category String, quantity String,
            unit_price String, total_amount String, currency LowCardinality(String),
            payment_method LowCardinality(String), country LowCardinality(String),
            device LowCardinality(String), marketing_channel LowCardinality(String)
        )') as event
    from raw.raw_sales
),

typed as (
    select
        source_row_number,
        event_date,
        is_json,
        event.event_id as event_id,
        if(
            event.event_ts like '____-__-__%',
            parseDateTime64BestEffortOrNull(event.event_ts, 3, 'UTC'),
            null
        ) as event_ts,
        event.order_id as order_id,
        event.customer_id as customer_id,
        event.session_id as session_id,
        event.product_id as product_id,
        event.category as category,
        toDecimal64OrNull(event.quantity, 4) as quantity,
        toDecimal64OrNull(event.unit_price, 4) as unit_price,
        toDecimal64OrNull(event.total_amount, 4) as total_amount,
        event.currency as currency,
        event.payment_method as payment_method,
        event.country as country,
        event.device as device,
        event.marketing_channel as marketing_channel
    from parsed
)

select
    *,
    if(not is_json, ['Malformed JSON'], arrayFilter(reason -> reason <> '', [
        if(trim(event_id) = '', 'Missing event_id', ''),
        if(event_ts is null, 'Invalid event_ts', ''),
        if(quantity is null, 'Invalid quantity', ''),
        if(quantity <= 0, 'Non-positive quantity', ''),
        if(total_amount is null, 'Invalid total_amount', ''),
        if(total_amount < 0, 'Negative total_amount', ''),
        if(toDate(event_ts) <> event_date, 'event_ts outside its event date', '')
    ])) as broken
from typed;

create table staging.duplicates engine = MergeTree order by source_row_number as
select source_row_number
from (
    select
        source_row_number,
        min(if(empty(broken), source_row_number, null)) over (partition by event_id) as first
    from staging.stg_sales_judged
    where event_id in (
        select event_id from staging.stg_sales_judged group by event_id having count() > 1
    )
)
where source_row_number > first;

create table staging.stg_sales_clean engine = MergeTree order by (event_date, source_row_number) as
select * except (is_json, broken)
from staging.stg_sales_judged
where empty(broken) and source_row_number not in (select source_row_number from staging.duplicates);

create table staging.stg_sales_rejects engine = MergeTree order by source_row_number as
select
    sales.source_row_number as source_row_number,
    sales.raw as raw,
    sales.event_date as event_date,
    arrayStringConcat(
        arrayConcat(
            judged.broken,
            if(sales.source_row_number in (staging.duplicates), ['Duplicate event_id'], [])
        ),
        '; '
    ) as reasons
from raw.raw_sales as sales
inner join (
    select source_row_number, broken
    from staging.stg_sales_judged
    where notEmpty(broken) or source_row_number in (staging.duplicates)
) as judged using (source_row_number);

create table analytics.fact_sales engine = MergeTree order by (event_date, source_row_number) as
select * from staging.stg_sales_clean;
"""

COUNTED = """
select
    (select count() from raw.raw_sales) as raw,
    (select count() from staging.stg_sales_clean) as clean,
    (select count() from staging.stg_sales_rejects) as rejects,
    (select count() from analytics.fact_sales) as fact,
    (select toFloat64(sum(total_amount)) from staging.stg_sales_clean) as revenue,
    (
        select cast((groupArray(reasons), groupArray(rows)), 'Map(String, UInt64)')
        from (select reasons, count() as rows from staging.stg_sales_rejects group by reasons)
    ) as reasons
settings output_format_json_quote_64bit_integers = 0
"""


def main(file: Path, folder: Path) -> dict[str, Any]:
    """Make the tables; returns the seconds, without imports, and the counts."""
    values = {"file": str(file), "day": file.parent.name.removeprefix("dt=")}
    session = Session(str(folder))
    start = time.perf_counter()
    session.query(SCRIPT, params=values)
    seconds = time.perf_counter() - start
    return {"seconds": seconds, **json.loads(str(session.query(COUNTED, "JSONEachRow")))}


if __name__ == "__main__":
    print(json.dumps(main(Path(sys.argv[1]), Path(sys.argv[2]))))
