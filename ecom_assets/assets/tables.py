"""What the assets' pages in the UI have in common: owners, kinds, column schemas, previews.

Which row goes where is in the modules of the assets.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import dagster as dg

from ecom_assets.checks.per_day import table
from ecom_assets.checks.samples import HIDDEN
from ecom_assets.model import sales
from ecom_assets.model.tables import tables
from ecom_assets.warehouse.contract import Row, Session
from ecom_assets.warehouse.lineage import Source, column_origins, column_sources

OWNERS = ["team:data-platform"]
ID_LENGTH = 8
"""Characters of an id in the preview of a day; more have no room."""
_PLACE = ("source_filename", "source_row_number", "source_item_number")
MONEY = {"total_amount", "unit_price", "revenue"}
PREVIEW_LENGTH = 500
"""Characters of a value in a preview; a payload of a megabyte would not fit on the page."""
_JSON_TOKEN = re.compile(r'("(?:[^"\\]|\\.)*"?)|([:,])')
"""In JSON a text, or what stands after a name or a value. A blank follows that in a preview: the
page breaks text at blanks, and makes a column as wide as what it cannot break."""


def table_metadata(name: str, grain: str) -> Mapping[str, Any]:
    """What does not change from run to run: the table's name, its grain and its columns."""
    columns = [dg.TableColumn(c.name, c.type, description=c.description) for c in tables()[name]]
    schema = dg.TableSchema(columns)
    return {"dagster/table_name": name, "dagster/column_schema": schema, "grain": grain}


def sales_of_day(session: Session, table: str, day: date) -> Sequence[Row]:
    """Some events of a day, in the clean or the fact table."""
    from sqlglot import exp

    return session.run("preview_sales", table_name=exp.to_table(table), day=day)


def preview(rows: Sequence[Row], *, hide_values: bool = False) -> dg.MetadataValue:
    """Some rows as the UI shows a table; long values are cut short, JSON can be broken.
    `hide_values` leaves out what came from the payload."""
    payload = {*(f.name for f in sales.SALES.fields), "raw", "raw_text", "offending_value"}
    return dg.MetadataValue.table(
        records=[
            dg.TableRecord(
                {
                    name: HIDDEN if hide_values and name in payload else _cell(row, name)
                    for name in row
                }
            )
            for row in rows
        ],
        schema=dg.TableSchema(
            columns=[dg.TableColumn(name) for name in (rows[0] if rows else ["no rows"])]
        ),
    )


def preview_of_day(rows: Sequence[Row], *, hide_values: bool = False) -> dg.MetadataValue:
    """A preview of rows of a day's table that fits a window of 1,440 pixels: an amount with its
    currency, short ids, a line of a file in one column, whatever it holds in another.

    The texts that are cut are of a preview alone: who is forgotten is found by whole ids, and the
    previews of their days by their name (`stored_texts.py`).
    """
    return preview([_narrow(row) for row in rows], hide_values=hide_values)


def _narrow(row: Row) -> Row:
    left_out = {*_PLACE, "currency", "raw_text"}
    found = {
        name: _short(value) if name.endswith("_id") and value is not None else value
        for name, value in row.items()
        if name not in left_out
    }
    if "currency" in row:
        amount = _amount(row["total_amount"], row["currency"])
        found["total_amount"] = f"{amount} {row['currency'] or ''}".rstrip()
    if row.get("raw_text") is not None:
        found["raw"] = row["raw_text"]
    file, line, item = (row.get(name) for name in _PLACE)
    # with blanks, at which the page can break it
    place = f"{str(file).replace('/', '/ ')} :{line}"
    found["file_and_line"] = place if item in (None, 1) else f"{place} item {item}"
    return found


def _short(text: str) -> str:
    """An id by its end, which differs more often than its beginning. Before it are dots of a kind
    that the page does not break a line at."""
    return text if len(text) <= ID_LENGTH else f"··{text[2 - ID_LENGTH :]}"


def lineage_metadata(engine: str, table: str) -> Mapping[str, Any]:
    """Of which columns of which assets the columns of a table, `schema.name`, are made, as its SQL
    says.

    Told with a materialization, not in the definitions: reading the SQL takes longer than loading
    them should.
    """
    deps = {
        column: [dg.TableColumnDep(_asset_of(source), source[1]) for source in sorted(sources)]
        for column, sources in column_sources(engine)[table].items()
    }
    made_of, origins = column_sources(engine)[table], column_origins(engine, table)
    rows = [
        f"| {column} | {_columns(made_of[column])} | {_columns(origins[column])} |"
        for column in made_of
    ]
    return {
        "dagster/column_lineage": dg.TableColumnLineage(deps),
        # Dagster's open-source UI keeps the entry above but draws nothing of it
        "column lineage": dg.MetadataValue.md(
            "\n".join(["| column | made of | in RAW |", "|---|---|---|", *rows])
        ),
    }


def _asset_of(source: Source) -> dg.AssetKey:
    return dg.AssetKey(source[0].partition(".")[2])  # a table is named like its asset


def _columns(sources: Iterable[Source]) -> str:
    """Columns by their assets, with blanks at which the page can break them."""
    by_table: dict[str, list[str]] = {}
    for source in sorted(sources):
        by_table.setdefault(_asset_of(source).to_user_string(), []).append(f"`{source[1]}`")
    return (
        "; ".join(f"{asset}: {', '.join(names)}" for asset, names in by_table.items()) or "(none)"
    )


def queries_metadata(queries: Sequence[Row]) -> Mapping[str, dg.MetadataValue]:
    """A session's statements, to be found in the warehouse's history by their ids; nothing for a
    warehouse that keeps none."""
    if not queries:
        return {}
    columns = {"query_id": "string", "script": "string", "rows": "int", "milliseconds": "int"}
    titles = {name.replace("_", " "): kind for name, kind in columns.items()}
    return {"queries": table(titles, [[query[name] for name in columns] for query in queries])}


def _cell(row: Row, name: str) -> str | int | float | bool | None:
    if name in MONEY and "currency" in row and isinstance(row[name], Decimal):
        return _amount(row[name], row["currency"])
    return shown(row[name])


def _amount(number: Decimal, currency: str | None) -> str:
    """With the digits of its currency, and such as it has beyond them."""
    from ecom_assets.text.figures import digits  # takes long, and is for runs alone

    _, _, decimals = f"{number:f}".partition(".")
    return f"{number:.{max(digits(currency), len(decimals.rstrip('0')))}f}"


def shown(value: Any) -> str | int | float | bool | None:
    """A value as a preview has it."""
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, Decimal):
        return _without_needless_zeros(value)
    if isinstance(value, datetime):
        return value.isoformat(sep=" ", timespec="milliseconds")
    text = str(value)
    if len(text) > PREVIEW_LENGTH:
        text = f"{text[:PREVIEW_LENGTH]}…"
    return _JSON_TOKEN.sub(_with_blank, text) if text.startswith("{") else text


def _with_blank(token: re.Match[str]) -> str:
    return token[1] or f"{token[2]} "


def _without_needless_zeros(number: Decimal) -> str:
    """`19.9000` is `19.90`, and `2.0000` is `2`."""
    whole, _, decimals = f"{number:f}".partition(".")
    kept = decimals.rstrip("0")
    return f"{whole}.{kept:0<2}" if kept else whole
