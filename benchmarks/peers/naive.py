"""The DuckDB script that everybody writes first: `read_ndjson` into a table, `where`, done.

DuckDB infers the columns from the first 20,480 lines; those with decimal numbers alone are doubles.
Of a line that is no JSON `ignore_errors` makes a row without values, and its text is lost. Numbers
in quotes are no numbers to it, and an object without fields counts as no JSON.

    python naive.py FILE DATABASE
"""

import json
import sys
import time
from pathlib import Path

import duckdb

SCRIPT = """
create schema raw;
create schema staging;
create schema analytics;

create table raw.raw_sales as from read_ndjson($path, ignore_errors = true);

create temp table judged as
with typed as (
    select
        * replace (
            try_cast(event_ts as timestamp) as event_ts,
            try_cast(cast(quantity as varchar) as decimal(18, 4)) as quantity,
            try_cast(cast(total_amount as varchar) as decimal(18, 4)) as total_amount
        ),
        rowid as line
    from raw.raw_sales
)

select
    *,
    case when event_id is null and order_id is null then 'Malformed JSON' else concat_ws('; ',
        case when coalesce(trim(event_id), '') = '' then 'Missing event_id' end,
        case when event_ts is null then 'Invalid event_ts' end,
        case when quantity is null then 'Invalid quantity' end,
        case when quantity <= 0 then 'Non-positive quantity' end,
        case when total_amount is null then 'Invalid total_amount' end,
        case when total_amount < 0 then 'Negative total_amount' end,
        case when cast(event_ts as date) <> $day then 'event_ts outside its event date' end
    ) end as reasons
from typed;

create table staging.stg_sales_clean as
select * exclude (reasons)
from judged
where reasons = ''
qualify row_number() over (partition by event_id order by line) = 1;

create table staging.stg_sales_rejects as
select * replace (coalesce(nullif(reasons, ''), 'Duplicate event_id') as reasons)
from judged
where line not in (select line from staging.stg_sales_clean);

create table analytics.fact_sales as from staging.stg_sales_clean;
"""


def main(file: Path, database: Path) -> dict[str, float]:
    """Make the tables; returns the seconds, without imports."""
    values = {"path": str(file), "day": file.parent.name.removeprefix("dt=")}
    start = time.perf_counter()
    with duckdb.connect(database) as connection:
        for statement in connection.extract_statements(SCRIPT):
            wanted = {name: values[name] for name in statement.named_parameters}
            connection.execute(statement, wanted)
    return {"seconds": time.perf_counter() - start}


if __name__ == "__main__":
    print(json.dumps(main(Path(sys.argv[1]), Path(sys.argv[2]))))
