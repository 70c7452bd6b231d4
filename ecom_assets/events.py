"""The event: its fields, their types, and the columns of the tables that are made of them.

The SQL files write these names out, because SQL is there to be read; a test holds the two together.
What an event must satisfy is in `rules.py`.
"""

from collections.abc import Sequence
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
    Field("event_id", "text", "The shop's id of this sale event; kept once."),
    Field("event_ts", "timestamp", "When the sale happened, in UTC."),
    Field("order_id", "text", "The order; its lines are events of their own."),
    Field("customer_id", "integer", "Who bought."),
    Field("session_id", "text", "The visit in which it was bought."),
    Field("product_id", "integer", "What was bought."),
    Field("category", "text", "The product's category."),
    Field("quantity", "number", "How many were bought; more than zero."),
    Field("unit_price", "number", "The price of one, in `currency`."),
    Field("total_amount", "number", "What the line cost, in `currency`; zero or more."),
    Field("currency", "text", "ISO 4217 code. Sums never mix currencies."),
    Field("payment_method", "text", "How it was paid."),
    Field("country", "text", "ISO 3166 alpha-2 code of the buyer's country."),
    Field("device", "text", "What the buyer used."),
    Field("marketing_channel", "text", "What brought the buyer to the shop."),
)


@dataclass(frozen=True)
class Column:
    """A column of a table, with its type in Snowflake's words."""

    name: str
    type: str
    description: str


EVENT_DATE = Column("event_date", "DATE", "The partition: the UTC day the sale belongs to.")
SOURCE_FILENAME = Column(
    "source_filename", "VARCHAR", "The file the line lies in, below the landing zone."
)
SOURCE_ROW_NUMBER = Column("source_row_number", "BIGINT", "The line's number in its file, from 1.")
BATCH_DATE = Column("batch_date", "DATE", "The day of the folder (`dt=`) the file lies in.")
LOAD_ID = Column("load_id", "VARCHAR", "Which load brought this version of the file.")
INGESTION_TS = Column("ingestion_ts", "TIMESTAMP_NTZ", "When the line was loaded, in UTC.")
RAW = Column("raw", "VARIANT", "The line as JSON; null where it is no valid JSON.")
RAW_TEXT = Column("raw_text", "VARCHAR", "The line itself, only where `raw` is null.")
RULES_VERSION = Column("rules_version", "VARCHAR", "Fingerprint of the rules that judged.")
RUN_ID = Column("run_id", "VARCHAR", "The Dagster run that judged.")

_FIELD_COLUMNS = tuple(Column(f.name, SQL_TYPES[f.type], f.description) for f in FIELDS)
_LINEAGE = (SOURCE_FILENAME, SOURCE_ROW_NUMBER, INGESTION_TS)

RAW_TABLE = "RAW.RAW_SALES"
CLEAN_TABLE = "STAGING.STG_SALES_CLEAN"
REJECTS_TABLE = "STAGING.STG_SALES_REJECTS"
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
