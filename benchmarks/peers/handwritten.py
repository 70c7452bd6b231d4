"""A hand-written DuckDB script that makes the project's five tables from a file of one day.

What a data engineer writes who knows DuckDB well and has one file to load: no orchestration, no
checks, no replay, no earlier days, one file that is not hostile. The rules are the same and so are
the tables; the row that runs it compares both with the project's. Tuned as DuckDB's performance
guide tells: lines read by the parallel CSV reader, JSON taken apart once, everything in bulk
inserts into one file.

    python handwritten.py FILE DATABASE [MEMORY_LIMIT]
"""

import json
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

import duckdb

TABLES = """
create schema raw;
create schema staging;
create schema analytics;
create table raw.raw_sales (
    raw json, raw_text varchar, source_filename varchar, source_row_number bigint,
    batch_date date, load_id varchar, ingestion_ts timestamp
);
create table raw.raw_sales_files (
    source_filename varchar, batch_date date, etag varchar, size_bytes bigint,
    last_modified timestamp, row_count bigint, load_id varchar, loaded_at timestamp,
    superseded_at timestamp
);
create table staging.stg_sales_clean (
    event_id varchar, event_ts timestamp, event_date date, order_id varchar, customer_id varchar,
    session_id varchar, product_id varchar, category varchar, quantity decimal(18, 4),
    unit_price decimal(18, 4), total_amount decimal(18, 4), currency varchar,
    payment_method varchar, country varchar, device varchar, marketing_channel varchar,
    source_filename varchar, source_row_number bigint, ingestion_ts timestamp
);
create table staging.stg_sales_rejects (
    reason varchar, reasons varchar, raw json, raw_text varchar, event_date date,
    source_filename varchar, source_row_number bigint, ingestion_ts timestamp
);
create table analytics.fact_sales as from staging.stg_sales_clean;
"""

LOAD = """
insert into raw.raw_sales
select
    case when json_valid(line) then line end,
    case when not json_valid(line) then line end,
    $name,
    row_number() over (),
    $day,
    'handwritten',
    $now
from read_csv(
    $path, columns = {'line': 'varchar'}, delim = chr(1), quote = '', escape = '',
    header = false, auto_detect = false, max_line_size = 16000000
);
insert into raw.raw_sales_files
select $name, $day, '', $size, $modified, count(*), 'handwritten', $now, null
from raw.raw_sales;
"""

SPLIT = """
create temp table judged as
with parsed as (
    select
        *,
        from_json(raw, '{
            "event_id": "VARCHAR", "event_ts": "VARCHAR", "order_id": "VARCHAR",
            "customer_id": "VARCHAR", "session_id": "VARCHAR", "product_id": "VARCHAR",
            "category": "VARCHAR", "quantity": "VARCHAR", "unit_price": "VARCHAR",
            "total_amount": "VARCHAR", "currency": "VARCHAR", "payment_method": "VARCHAR",
            "country": "VARCHAR", "device": "VARCHAR", "marketing_channel": "VARCHAR"
        }') as event
    from raw.raw_sales
),

typed as (
    select
        event.* exclude (event_ts, quantity, unit_price, total_amount),
        try_cast(event.event_ts as timestamp) as event_ts,
        try_cast(event.quantity as decimal(18, 4)) as quantity,
        try_cast(event.unit_price as decimal(18, 4)) as unit_price,
        try_cast(event.total_amount as decimal(18, 4)) as total_amount,
        raw is null as is_malformed,
        source_row_number,
    from parsed
)

select
    *,
    case when is_malformed then '; Malformed JSON' else concat(
        case when coalesce(trim(event_id), '') = '' then '; Missing event_id' end,
        case when event_ts is null then '; Invalid event_ts' end,
        case when quantity is null then '; Invalid quantity' end,
        case when quantity <= 0 then '; Non-positive quantity' end,
        case when total_amount is null then '; Invalid total_amount' end,
        case when total_amount < 0 then '; Negative total_amount' end,
        case when cast(event_ts as date) <> $day then '; event_ts outside its event date' end
    ) end as broken
from typed;

create temp table duplicates as
select source_row_number
from judged
where event_id in (select event_id from judged group by event_id having count(*) > 1)
qualify source_row_number
    > min(source_row_number) filter (broken = '') over (partition by event_id);
"""

WRITE = """
insert into staging.stg_sales_clean
select
    event_id, event_ts, $day, order_id, customer_id, session_id, product_id, category, quantity,
    unit_price, total_amount, currency, payment_method, country, device, marketing_channel, $name,
    source_row_number, $now
from judged
where broken = '' and source_row_number not in (from duplicates);

insert into staging.stg_sales_rejects
select
    string_split(reasons, '; ')[1], reasons, raw, raw_text, $day, $name, source_row_number, $now
from (
    select
        source_row_number,
        concat(
            broken, case when source_row_number in (from duplicates) then '; Duplicate event_id' end
        )[3:] as reasons
    from judged
    where broken <> '' or source_row_number in (from duplicates)
)
join raw.raw_sales using (source_row_number);

insert into analytics.fact_sales from staging.stg_sales_clean;
"""


def main(
    file: Path,
    database: Path,
    memory_limit: str | None = None,
    *,
    split: str = SPLIT,
    write: str = WRITE,
) -> dict[str, float]:
    """Make the tables; returns the seconds of each part."""
    stat = file.stat()
    values = {
        "path": str(file),
        "name": f"{file.parent.name}/{file.name}",
        "day": file.parent.name.removeprefix("dt="),
        "size": stat.st_size,
        "modified": datetime.fromtimestamp(stat.st_mtime, UTC).replace(tzinfo=None),
        "now": datetime.now(UTC).replace(tzinfo=None),
    }
    seconds = {}
    with duckdb.connect(database) as connection:
        connection.execute("set timezone = 'UTC'")
        if memory_limit:
            connection.execute(f"set memory_limit = '{memory_limit}'")
        connection.execute(TABLES)
        for part, script in (("load", LOAD), ("split", split), ("write", write)):
            start = time.perf_counter()
            for statement in connection.extract_statements(script):
                wanted = {name: values[name] for name in statement.named_parameters}
                connection.execute(statement, wanted)
            seconds[part] = time.perf_counter() - start
    return seconds


if __name__ == "__main__":
    start = time.perf_counter()
    parts = main(Path(sys.argv[1]), Path(sys.argv[2]), *sys.argv[3:])
    print(json.dumps({"seconds": time.perf_counter() - start, "parts": parts}))
