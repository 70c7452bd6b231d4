"""The event: its fields, their types, and the columns of the tables that come of it.

The SQL files write these names out, because SQL is there to be read; a test holds the two together.
What an event must satisfy is in `rules.py`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

FieldType = Literal["text", "timestamp", "integer", "number"]

SQL_TYPES: dict[FieldType, str] = {
    "text": "VARCHAR",
    "timestamp": "TIMESTAMP_NTZ",
    "integer": "BIGINT",
    "number": "NUMBER(18,4)",
}


@dataclass(frozen=True)
class Field:
    """A field of the event, which is a column of the clean and the fact table as well."""

    name: str
    type: FieldType
    description: str


FIELDS: Sequence[Field] = (
    Field("event_id", "text", "The shop's id of this sale event; counted once within seven days."),
    Field("event_ts", "timestamp", "When the sale happened, in UTC."),
    Field("order_id", "text", "The order that the sale is a line of; an order may have several."),
    Field("customer_id", "text", "The shop's number of the customer who bought."),
    Field("session_id", "text", "The visit to the shop in which it was bought."),
    Field("product_id", "text", "The shop's number of the product that was bought."),
    Field("category", "text", "The product's category, as the shop names it."),
    Field("quantity", "number", "How many pieces were bought; more than zero."),
    Field("unit_price", "number", "The price of one piece, in `currency`."),
    Field("total_amount", "number", "What all pieces cost, in `currency`; zero or more."),
    Field("currency", "text", "ISO 4217 code of the amounts. Sums never mix currencies."),
    Field("payment_method", "text", "How it was paid, as the shop names it."),
    Field("country", "text", "ISO 3166 alpha-2 code of the buyer's country."),
    Field("device", "text", "The kind of device it was bought on."),
    Field("marketing_channel", "text", "What brought the buyer to the shop."),
)


@dataclass(frozen=True)
class Column:
    """A column of a table, with its type in Snowflake's words."""

    name: str
    type: str
    description: str


EVENT_DATE = Column("event_date", "DATE", "The partition: the UTC day that the sale belongs to.")
SOURCE_FILENAME = Column(
    "source_filename", "VARCHAR", "The file the line lies in: its path below the landing zone."
)
SOURCE_ROW_NUMBER = Column("source_row_number", "BIGINT", "The line's number in its file, from 1.")
BATCH_DATE = Column("batch_date", "DATE", "The day of the folder (`dt=`) that the file lies in.")
LOAD_ID = Column("load_id", "VARCHAR", "The load that brought this version of the file.")
INGESTION_TS = Column("ingestion_ts", "TIMESTAMP_NTZ", "When the line was loaded, in UTC.")
RAW = Column("raw", "VARIANT", "The line as JSON; null where it is no valid JSON.")
RAW_TEXT = Column("raw_text", "VARCHAR", "The line itself, only where `raw` is null.")
RULES_VERSION = Column(
    "rules_version", "VARCHAR", "Fingerprint of the quality rules that judged the line."
)
RUN_ID = Column("run_id", "VARCHAR", "The Dagster run that judged the line.")

_FIELD_COLUMNS = tuple(Column(f.name, SQL_TYPES[f.type], f.description) for f in FIELDS)
_LINEAGE = (SOURCE_FILENAME, SOURCE_ROW_NUMBER, INGESTION_TS)

RAW_TABLE = "RAW.RAW_SALES"
CLEAN_TABLE = "STAGING.STG_SALES_CLEAN"
REJECTS_TABLE = "STAGING.STG_SALES_REJECTS"
REPEATS_TABLE = "STAGING.STG_SALES_REPEATS"
FACT_TABLE = "ANALYTICS.FACT_SALES"

RAW_SALES = (RAW, RAW_TEXT, SOURCE_FILENAME, SOURCE_ROW_NUMBER, BATCH_DATE, LOAD_ID, INGESTION_TS)
STG_SALES_CLEAN = (*_FIELD_COLUMNS[:2], EVENT_DATE, *_FIELD_COLUMNS[2:], *_LINEAGE)
STG_SALES_REJECTS = (
    Column("reason", "VARCHAR", "The first rule broken, in the order of the rules."),
    Column("reasons", "VARCHAR", "All rules broken, separated by semicolons."),
    RAW,
    RAW_TEXT,
    EVENT_DATE,
    *_LINEAGE,
    RULES_VERSION,
    RUN_ID,
)
FACT_SALES = STG_SALES_CLEAN
PARSED_SALES = (
    *_FIELD_COLUMNS,
    *(SOURCE_FILENAME, SOURCE_ROW_NUMBER, BATCH_DATE, LOAD_ID, INGESTION_TS),
    Column("is_object", "BOOLEAN", "Whether the line is one JSON object."),
    *(
        Column(f"{f.name}_sign", "BIGINT", f"Of `{f.name}` as it was written: -1, 0 or 1.")
        for f in FIELDS
        if f.type == "number"
    ),
    Column("is_rounded", "BOOLEAN", "Whether a number has more decimals than are kept."),
    EVENT_DATE,
)
"""Lines while they are judged: a temporary table of staging."""
STG_SALES_REPEATS = (
    *FACT_SALES,
    Column("earlier_event_date", "DATE", "The day of the earlier event with its `event_id`."),
    Column("earlier_filename", "VARCHAR", "The file that the earlier one lies in."),
    Column("earlier_row_number", "BIGINT", "Its line there."),
)
RAW_SALES_FILES = (
    SOURCE_FILENAME,
    BATCH_DATE,
    Column("etag", "VARCHAR", "Fingerprint of the content, as the landing zone gives it."),
    Column("size_bytes", "BIGINT", "Bytes as stored: compressed, for a `.gz`."),
    Column("last_modified", "TIMESTAMP_NTZ", "When the file was last written, in UTC."),
    Column(
        "row_count",
        "BIGINT",
        "Its lines, counted where they were read; null where the file is damaged.",
    ),
    LOAD_ID,
    Column("loaded_at", "TIMESTAMP_NTZ", "When this version was loaded, in UTC."),
    Column(
        "superseded_at",
        "TIMESTAMP_NTZ",
        "When a later version took its place, in UTC; null: it is the current one.",
    ),
)
_JUDGED_BY = (
    Column("rules_version", "VARCHAR", "Fingerprint of the quality rules that judged the day."),
    Column("run_id", "VARCHAR", "The Dagster run that judged the day."),
)
SALES_QUALITY = (
    EVENT_DATE,
    Column("raw_rows", "BIGINT", "Lines in RAW that belong to the day."),
    Column("clean_rows", "BIGINT", "Those that break no rule."),
    Column("reject_rows", "BIGINT", "Those that break one."),
    Column("reject_rate", "NUMBER(9,6)", "`reject_rows` / `raw_rows`, from 0 to 1."),
    Column(
        "publishable",
        "BOOLEAN",
        "Whether all lines of its files are accounted for, and not too many are rejects.",
    ),
    *_JUDGED_BY,
    Column("evaluated_at", "TIMESTAMP_NTZ", "When the day was staged, in UTC."),
    Column(
        "held_for",
        "VARCHAR",
        "Why it may not be published: `rejects`, too many of them; `files`, one is damaged or not "
        "whole in RAW; `lines`, clean rows and rejects are not as many as lines; `not run`, only "
        "late events in later days' files have touched it. Null where it may.",
    ),
    Column("reject_rate_limit", "NUMBER(9,6)", "The rate above which it would have been held."),
    Column(
        "earliest_event_date",
        "DATE",
        "The earliest day that an event in the day's own files could belong to.",
    ),
    Column(
        "staged_along_with",
        "DATE",
        "The first day of the run that staged this one along for its late events; null: its own.",
    ),
    Column(
        "rounded_rows",
        "BIGINT",
        "Lines with a number of more than the four decimals that are kept.",
    ),
)
SALES_QUALITY_RULES = (
    EVENT_DATE,
    Column("rule", "VARCHAR", "The rule's name."),
    Column("reason", "VARCHAR", "What rejects say that break it."),
    Column("reject_rows", "BIGINT", "Lines of which it is the first rule broken."),
    Column("broken_rows", "BIGINT", "Lines that break it, be it the first or a further one."),
    *_JUDGED_BY,
)
BROKEN_DOWN_BY = ("category", "country", "device", "marketing_channel", "payment_method")
_TOTALS = (
    Column("sales", "BIGINT", "Sale events, the lines of orders."),
    Column("units", "NUMBER(38,4)", "How many pieces were sold."),
    Column("revenue", "NUMBER(38,4)", "Sum of `total_amount`, to the last cent."),
)
FACT_SALES_DAYS = (
    EVENT_DATE,
    Column("currency", "VARCHAR", "ISO 4217 code; null on the row of a day without sales."),
    Column("orders", "BIGINT", "Distinct orders in that currency."),
    *_TOTALS,
    Column("staged_at", "TIMESTAMP_NTZ", "When what is published was staged, in UTC."),
)
FACT_SALES_BREAKDOWNS = (
    EVENT_DATE,
    Column("currency", "VARCHAR", "ISO 4217 code of the amounts."),
    Column("breakdown", "VARCHAR", "The name of the column that the totals are broken down by."),
    *(
        Column(column.name, column.type, f"{column.description} Null but in its own breakdown.")
        for column in sorted(_FIELD_COLUMNS, key=lambda column: column.name)
        if column.name in BROKEN_DOWN_BY
    ),
    *_TOTALS,
)
SCHEMA_VERSION = (
    Column("version", "BIGINT", "The number of the last file of `sql/migrations/` that was run."),
    Column("applied_at", "TIMESTAMP_NTZ", "When, in UTC."),
    Column("project_version", "VARCHAR", "The version of this project that did it."),
    Column("declared", "VARCHAR", "Fingerprint of the tables and columns that it declared."),
)
VERSION_TABLE = "RAW.SCHEMA_VERSION"

TABLES: Mapping[str, Sequence[Column]] = {
    VERSION_TABLE: SCHEMA_VERSION,
    RAW_TABLE: RAW_SALES,
    "RAW.RAW_SALES_FILES": RAW_SALES_FILES,
    CLEAN_TABLE: STG_SALES_CLEAN,
    REJECTS_TABLE: STG_SALES_REJECTS,
    REPEATS_TABLE: STG_SALES_REPEATS,
    "STAGING.SALES_QUALITY": SALES_QUALITY,
    "STAGING.SALES_QUALITY_RULES": SALES_QUALITY_RULES,
    FACT_TABLE: FACT_SALES,
    "ANALYTICS.FACT_SALES_DAYS": FACT_SALES_DAYS,
    "ANALYTICS.FACT_SALES_BREAKDOWNS": FACT_SALES_BREAKDOWNS,
}
"""The columns of every table, by its name."""
