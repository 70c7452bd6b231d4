"""The tables and their columns, as they follow from the stream.

`sql/tables.sql` says what one row of each table is, and makes them of the columns that stand here.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from ecom_assets.model import sales
from ecom_assets.model.stream import EventStream, FieldType

SQL_TYPES: Mapping[FieldType, str] = {
    "text": "VARCHAR",
    "moment": "TIMESTAMP_NTZ",
    "whole": "BIGINT",
    "number": "NUMBER(18,4)",
}


@dataclass(frozen=True)
class Column:
    """A column of a table, with its type in Snowflake's words.

    Attributes:
        required: whether it is never null.
    """

    name: str
    type: str
    description: str
    required: bool = True


Columns = Sequence[Column]


def tables(stream: EventStream | None = None) -> Mapping[str, Columns]:
    """The columns of every table, by its name, `SCHEMA.TABLE`."""
    return _tables(stream or sales.SALES)


def copies() -> Mapping[str, str]:
    """Of each table that staging and publishing write, `SCHEMA.TABLE`, the name of the temporary
    copy that stands for it in a rehearsal."""
    return {
        name: f"plan_{name.partition('.')[2].lower()}"
        for name in tables()
        if not name.startswith("RAW.") and name not in WRITTEN_BY_PEOPLE
    }


def temporary_tables(stream: EventStream | None = None) -> Mapping[str, Columns]:
    """The columns of the tables that staging and publishing work in, by their name."""
    return _temporary_tables(stream or sales.SALES)


def event_columns(stream: EventStream | None = None) -> Columns:
    """The columns of clean and fact: the fields, the partition, and where the line lies."""
    return _event_columns(stream or sales.SALES)


def compared_columns(stream: EventStream | None = None) -> Columns:
    """Those of them that say what a sale is: all but its place and when it was loaded."""
    place = {EVENT_DATE, *_PLACE, _INGESTION_TS}
    return [column for column in event_columns(stream) if column not in place]


EVENT_DATE = Column(
    "event_date",
    "DATE",
    "The partition: the shop's day that the sale belongs to (`ECOM_TIMEZONE`).",
)
_SOURCE_FILENAME = Column(
    "source_filename", "VARCHAR", "The file the line lies in: its path below the landing zone."
)
_SOURCE_ROW_NUMBER = Column("source_row_number", "BIGINT", "The line's number in its file, from 1.")
_SOURCE_ITEM_NUMBER = Column(
    "source_item_number", "BIGINT", "The item of the line, from 1; 1 where a line is one sale."
)
_SOURCE = Column("source", "VARCHAR", "The mapping that the line was read by.")
_SOURCE_VERSION = Column(
    "source_version",
    "NUMBER(24,6)",
    "Which version of its order it is, as the mapping says: a number, or microseconds since 1970.",
    required=False,
)
_BATCH_DATE = Column("batch_date", "DATE", "The day of the folder (`dt=`) that the file lies in.")
_ALLOWED_RULES = Column(
    "allowed_rules",
    "VARCHAR",
    "`;a;b;`: the rules that the sale breaks and that a decision let pass; mostly null.",
    required=False,
)
_LOAD_ID = Column("load_id", "VARCHAR", "The load that brought this version of the file.")
_INGESTION_TS = Column("ingestion_ts", "TIMESTAMP_NTZ", "When the line was loaded, in UTC.")
_RAW = Column("raw", "VARIANT", "The line as JSON; null where it is no valid JSON.", False)
_RAW_TEXT = Column(
    "raw_text",
    "VARCHAR",
    "The line itself, only where `raw` is null; both are where a customer was forgotten.",
    False,
)
_RULES_VERSION = Column(
    "rules_version", "VARCHAR", "Fingerprint of the fields and quality rules that judged the line."
)
_RUN_ID = Column("run_id", "VARCHAR", "The Dagster run that judged the line.")
_JUDGED_BY = (
    Column("rules_version", "VARCHAR", "Fingerprint of the fields and quality rules of that time."),
    Column("run_id", "VARCHAR", "The Dagster run that judged the day."),
)
_PLACE = (_SOURCE_FILENAME, _SOURCE_ROW_NUMBER, _SOURCE_ITEM_NUMBER)
_EARLIER_EVENT = (
    Column("earlier_event_date", "DATE", "The day of the earlier event with its `event_id`."),
    Column("earlier_filename", "VARCHAR", "The file that the earlier one lies in."),
    Column("earlier_row_number", "BIGINT", "Its line there."),
    Column("earlier_item_number", "BIGINT", "Its item of that line."),
)
_TOTALS = (
    Column("sales", "BIGINT", "Sale events, the lines of orders."),
    Column("units", "NUMBER(38,4)", "How many pieces were sold."),
    Column("revenue", "NUMBER(38,4)", "Sum of `total_amount`, to the last cent."),
)

_CHANGES = (
    Column("published_at", "TIMESTAMP_NTZ", "When, in UTC; the same on all rows of a publication."),
    Column("run_id", "VARCHAR", "The Dagster run; null where records began.", required=False),
    EVENT_DATE,
    Column(
        "currency",
        "VARCHAR",
        "ISO 4217 code of the amounts; null on the row of a day that was published without sales.",
        required=False,
    ),
    Column("cause", "VARCHAR", "Why: see “Why a number changed” on this page."),
    Column(
        "rules_version_before",
        "VARCHAR",
        "Fingerprint of the fields and rules that judged the day before; null: not known, or the "
        "day was not published before.",
        required=False,
    ),
    Column("rules_version_after", "VARCHAR", "That of those that judge it now.", required=False),
    Column("orders", "BIGINT", "Distinct orders of the day and currency after the publication."),
    Column("sales_before", "BIGINT", "Rows that left for this cause, or changed, as they were."),
    Column("sales_after", "BIGINT", "Rows that came for this cause, or changed, as they are."),
    Column("units_before", "NUMBER(38,4)", "Pieces in the rows of `sales_before`."),
    Column("units_after", "NUMBER(38,4)", "Pieces in the rows of `sales_after`."),
    Column("revenue_before", "NUMBER(38,4)", "Revenue of the rows of `sales_before`."),
    Column("revenue_after", "NUMBER(38,4)", "Revenue of the rows of `sales_after`."),
)

_SALES_QUALITY = (
    EVENT_DATE,
    Column("raw_rows", "BIGINT", "Lines in RAW that belong to the day."),
    Column("clean_rows", "BIGINT", "Sales in these lines that break no rule."),
    Column("reject_rows", "BIGINT", "Those that break one."),
    Column(
        "reject_rate",
        "NUMBER(9,6)",
        "`reject_rows` / `sale_rows`, both without `replaced_rows`, from 0 to 1.",
    ),
    Column(
        "publishable",
        "BOOLEAN",
        "Whether all sales in its files are accounted for, and not too many are rejects.",
    ),
    *_JUDGED_BY,
    Column("evaluated_at", "TIMESTAMP_NTZ", "When the day was staged, in UTC."),
    Column(
        "held_for",
        "VARCHAR",
        "Why it may not be published: `rejects`, too many of them; `money`, too much of the "
        "revenue is in them; `rule`, too many rows break one; `decision`, somebody holds it; "
        "`files`, one is damaged or not whole in RAW; `lines`, clean rows and rejects are not as "
        "many as sales; `empty`, no file has come; `not run`, only late events in later days' "
        "files have touched it. Null where it may.",
        required=False,
    ),
    Column(
        "reject_rate_limit",
        "NUMBER(9,6)",
        "The rate above which it would have been held.",
        required=False,
    ),
    Column(
        "earliest_event_date",
        "DATE",
        "The earliest day that an event in the day's own files could belong to.",
        required=False,
    ),
    Column(
        "staged_along_with",
        "DATE",
        "The first day of the run that staged this one along for its late events; null: its own.",
        required=False,
    ),
    Column(
        "rounded_rows",
        "BIGINT",
        "Sales with a number of more than the four decimals that are kept.",
        required=False,
    ),
    Column(
        "other_rows",
        "BIGINT",
        "Lines that are no sales, as their mapping says: in neither table.",
        required=False,
    ),
    Column("sale_rows", "BIGINT", "Sales in all other lines.", required=False),
    Column(
        "replaced_rows",
        "BIGINT",
        "Rejects that a later version replaced, which no rate counts.",
        required=False,
    ),
    Column(
        "reject_money_rate",
        "NUMBER(9,6)",
        "The share of the revenue that its rejects would be, from 0 to 1: of sales whose amount "
        "is above zero and whose currency is known, per currency, weighed by the sales in each.",
        required=False,
    ),
    Column(
        "held_rule",
        "VARCHAR",
        "Where a rule's own limit is exceeded: the first such rule by name.",
        required=False,
    ),
    Column("held_rule_rows", "BIGINT", "How many sales break that rule.", required=False),
    Column(
        "set_aside_rows",
        "BIGINT",
        "Of `other_rows` the lines of files that a decision took out, and those in whose place a "
        "corrected line stands.",
        required=False,
    ),
    Column(
        "allowed_rows",
        "BIGINT",
        "Of `clean_rows` those that break a rule which a decision let pass.",
        required=False,
    ),
    Column(
        "decisions",
        "VARCHAR",
        "The decisions that it was judged by, separated by blanks.",
        required=False,
    ),
    Column(
        "decided_by",
        "VARCHAR",
        "Who decided, and why, that it is held; or that it is not, where it would be held else.",
        required=False,
    ),
)

QUALITY_TABLE = "STAGING.SALES_QUALITY"
DECISIONS_TABLE = "STAGING.DECISIONS"
_DECISIONS = (
    Column("decision_id", "VARCHAR", "Its name: eight letters and digits."),
    Column(
        "decision",
        "VARCHAR",
        "`publish`, held days are published; `hold`, days are held; `take out`, a file's lines are "
        "no sales; `allow`, rows may break a rule; `end`, another decision no longer counts.",
    ),
    Column("first_day", "DATE", "The first event date that it is about.", required=False),
    Column("last_day", "DATE", "The last one.", required=False),
    Column("source_filename", "VARCHAR", "The file that it is about.", required=False),
    Column("etag", "VARCHAR", "The version of that file that it takes out.", required=False),
    Column("source", "VARCHAR", "The mapping whose files it is about.", required=False),
    Column("rule", "VARCHAR", "The rule that it lets pass.", required=False),
    Column(
        "up_to",
        "NUMBER(9,6)",
        "The reject rate up to which days are published.",
        required=False,
    ),
    Column("ends", "VARCHAR", "The decision that it ends.", required=False),
    Column("decided_by", "VARCHAR", "The person who decided."),
    Column("decided_at", "TIMESTAMP_NTZ", "When, in UTC."),
    Column("why", "VARCHAR", "Why, in their words."),
    Column("effect", "VARCHAR", "What it is about to do, as the days were at that moment."),
    Column("run_id", "VARCHAR", "The Dagster run that wrote it down; null: the command.", False),
)

_ERASED_CUSTOMERS = (
    Column("salt", "VARCHAR", "What stands before the customer's id where it is hashed."),
    Column("customer_hash", "VARCHAR", "SHA-256 of both, in hexadecimal digits."),
    Column("erased_at", "TIMESTAMP_NTZ", "When, in UTC."),
    Column("run_id", "VARCHAR", "The Dagster run that did it; null: the command.", False),
)

VERSION_TABLE = "RAW.SCHEMA_VERSION"
RAW_TABLE = "RAW.RAW_SALES"
ERASED_TABLE = "RAW.ERASED_CUSTOMERS"
CLEAN_TABLE = "STAGING.STG_SALES_CLEAN"
REJECTS_TABLE = "STAGING.STG_SALES_REJECTS"
REPEATS_TABLE = "STAGING.STG_SALES_REPEATS"
FACT_TABLE = "ANALYTICS.FACT_SALES"
CHANGES_TABLE = "ANALYTICS.FACT_SALES_CHANGES"
EVENT_TABLES = (CLEAN_TABLE, REPEATS_TABLE, FACT_TABLE)
"""Those that have the event's fields."""
WRITTEN_BY_PEOPLE: Sequence[str] = (DECISIONS_TABLE,)
"""Tables of STAGING and ANALYTICS that no step writes: a rehearsal reads them as they are."""


def _field_columns(stream: EventStream) -> Columns:
    return [Column(f.name, SQL_TYPES[f.type], f.description, f.required) for f in stream.fields]


@lru_cache(maxsize=8)
def _event_columns(stream: EventStream) -> Columns:
    fields = _field_columns(stream)
    read_by = (_SOURCE, _SOURCE_VERSION, _INGESTION_TS)
    return (*fields[:2], EVENT_DATE, *fields[2:], *_PLACE, *read_by, _ALLOWED_RULES)


@lru_cache(maxsize=8)
def _tables(stream: EventStream) -> Mapping[str, Columns]:
    fields = {column.name: column for column in _field_columns(stream)}
    return {
        VERSION_TABLE: (
            Column("version", "BIGINT", "The number of the last file of `sql/migrations/` run."),
            Column("applied_at", "TIMESTAMP_NTZ", "When, in UTC."),
            Column("project_version", "VARCHAR", "The version of this project that did it."),
            Column("declared", "VARCHAR", "Fingerprint of the tables and columns it declared."),
            Column(
                "time_zone",
                "VARCHAR",
                "The shop's, whose days the event dates are; null: UTC, of an earlier version.",
                required=False,
            ),
        ),
        RAW_TABLE: (
            *(_RAW, _RAW_TEXT, _SOURCE_FILENAME, _SOURCE_ROW_NUMBER),
            *(_BATCH_DATE, _LOAD_ID, _INGESTION_TS),
        ),
        "RAW.RAW_SALES_FILES": (
            _SOURCE_FILENAME,
            _BATCH_DATE,
            Column("etag", "VARCHAR", "Fingerprint of the content, as the landing zone gives it."),
            Column("size_bytes", "BIGINT", "Bytes as stored: compressed, for a `.gz`."),
            Column("last_modified", "TIMESTAMP_NTZ", "When the file was last written, in UTC."),
            Column(
                "row_count",
                "BIGINT",
                "Its lines, counted where they were read; null where the file is damaged.",
                required=False,
            ),
            _LOAD_ID,
            Column("loaded_at", "TIMESTAMP_NTZ", "When this version was loaded, in UTC."),
            Column(
                "superseded_at",
                "TIMESTAMP_NTZ",
                "When a later version took its place, in UTC; null: it is the current one.",
                required=False,
            ),
            Column(
                "has_erased_lines",
                "BOOLEAN",
                "Whether lines of it were of customers who were forgotten; mostly null.",
                required=False,
            ),
        ),
        ERASED_TABLE: _ERASED_CUSTOMERS,
        CLEAN_TABLE: _event_columns(stream),
        REJECTS_TABLE: (
            Column("reason", "VARCHAR", "The first rule broken, in the order of the rules."),
            Column(
                "reasons",
                "VARCHAR",
                "All rules broken, separated by semicolons; of an object that has no field of the "
                "event, the keys that it has as well.",
            ),
            *(_RAW, _RAW_TEXT, EVENT_DATE, *_PLACE, _SOURCE, _INGESTION_TS),
            *(_RULES_VERSION, _RUN_ID),
        ),
        REPEATS_TABLE: (*_event_columns(stream), *_EARLIER_EVENT),
        DECISIONS_TABLE: _DECISIONS,
        QUALITY_TABLE: _SALES_QUALITY,
        "STAGING.SALES_QUALITY_FIELDS": (
            EVENT_DATE,
            Column("field", "VARCHAR", "The field's name."),
            Column(
                "filled_rows",
                "BIGINT",
                "Sales of the day, in JSON objects, with a value that fits.",
            ),
            Column("absent_rows", "BIGINT", "Those that lack it, or have null there."),
            Column(
                "unfit_rows", "BIGINT", "Those with a value of another type, which became null."
            ),
            Column(
                "rounded_rows",
                "BIGINT",
                "Those with more decimals there than the four that are kept.",
            ),
            Column(
                "first_unfit",
                "VARCHAR",
                "File, line and item of one that is unfit.",
                required=False,
            ),
            *_JUDGED_BY,
        ),
        "STAGING.SALES_QUALITY_FILES": (
            EVENT_DATE,
            *(_SOURCE_FILENAME, _SOURCE, _BATCH_DATE, _INGESTION_TS),
            Column("line_rows", "BIGINT", "Its lines that belong to the day."),
            Column("other_rows", "BIGINT", "Those that are no sales."),
            Column("sale_rows", "BIGINT", "Sales in the others: in clean or in rejects."),
            Column("compared_orders", "BIGINT", "Lines without a reject whose money was added up."),
        ),
        "STAGING.SALES_ORDER_TOTALS": (
            EVENT_DATE,
            *(_SOURCE_FILENAME, _SOURCE_ROW_NUMBER),
            Column("order_id", "VARCHAR", "The order, as its line says.", required=False),
            Column("currency", "VARCHAR", "ISO 4217 code of the amounts.", required=False),
            Column("stated_amount", "NUMBER(38,4)", "What the order says."),
            Column(
                "counted_amount",
                "NUMBER(38,4)",
                "What its sales and further amounts add up to; null where one is no amount.",
                required=False,
            ),
            *_JUDGED_BY,
        ),
        "STAGING.SALES_QUALITY_RULES": (
            EVENT_DATE,
            Column("rule", "VARCHAR", "The rule's name."),
            Column("reason", "VARCHAR", "What rejects say that break it."),
            Column("reject_rows", "BIGINT", "Sales of which it is the first rule broken."),
            Column(
                "broken_rows",
                "BIGINT",
                "Sales that break it, be it the first or a further one; of a rule that only warns, "
                "clean ones.",
            ),
            *_JUDGED_BY,
            Column(
                "severity", "VARCHAR", "What breaking it means: `reject` or `warn`.", required=False
            ),
            Column(
                "limit_rate",
                "NUMBER(9,6)",
                "The share of the day's sales above which it holds the day; null: none.",
                required=False,
            ),
        ),
        FACT_TABLE: _event_columns(stream),
        "ANALYTICS.FACT_SALES_DAYS": (
            EVENT_DATE,
            Column(
                "currency",
                "VARCHAR",
                "ISO 4217 code; null on the row of a day without sales.",
                required=False,
            ),
            Column("orders", "BIGINT", "Distinct orders in that currency."),
            *_TOTALS,
            Column("staged_at", "TIMESTAMP_NTZ", "When what is published was staged, in UTC."),
            Column("files", "BIGINT", "Files that have lines of the day, and its own.", False),
            Column("lines", "BIGINT", "Lines of it in these files.", False),
            Column(
                "rules_version",
                "VARCHAR",
                "Fingerprint of the fields and rules that it was judged by; null: not known.",
                required=False,
            ),
            Column(
                "decisions", "VARCHAR", "The decisions that it was judged by; mostly null.", False
            ),
        ),
        CHANGES_TABLE: _CHANGES,
        "ANALYTICS.FACT_SALES_BREAKDOWNS": (
            EVENT_DATE,
            Column("currency", "VARCHAR", "ISO 4217 code of the amounts.", required=False),
            Column(
                "breakdown", "VARCHAR", "The name of the column that the totals are broken down by."
            ),
            *(
                Column(
                    name,
                    fields[name].type,
                    f"{fields[name].description} Null unless `breakdown` names this column.",
                    required=False,
                )
                for name in stream.breakdowns
            ),
            *_TOTALS,
        ),
    }


@lru_cache(maxsize=8)
def _temporary_tables(stream: EventStream) -> Mapping[str, Columns]:
    """What is in none of them for people: see `sql/staging/temporary.sql` and
    `sql/analytics/temporary.sql`."""

    def fields_that_are(what: str) -> Column:
        return Column(
            f"{what}_fields", "VARCHAR", f"`;a;b;`: the fields that are {what}; mostly null.", False
        )

    return {
        "PARSED_SALES": (
            *(replace(column, required=False) for column in _field_columns(stream)),
            *(*_PLACE, _SOURCE, _SOURCE_VERSION, _BATCH_DATE, _LOAD_ID, _INGESTION_TS),
            Column("is_object", "BOOLEAN", "Whether the line is one JSON object."),
            Column("is_sale", "BOOLEAN", "Whether it is a sale, or several."),
            Column("has_items", "BOOLEAN", "Whether it has the items that its mapping asks for."),
            Column("order_stated", "NUMBER(19,8)", "What its order's money adds up to.", False),
            Column("order_further", "NUMBER(19,8)", "What of it is in no sale.", False),
            *(
                Column(
                    f"{field.name}_sign",
                    "BIGINT",
                    f"Of `{field.name}` as it was written: -1, 0 or 1.",
                    required=False,
                )
                for field in stream.numbers
            ),
            *map(fields_that_are, ("absent", "unfit", "rounded")),
            EVENT_DATE,
            replace(_ALLOWED_RULES, description="As in the clean table."),
            Column("is_set_aside", "BOOLEAN", "Whether it was taken out or corrected.", False),
        ),
        "ERASED_LINES": (
            *(replace(column, required=False) for column in (*_PLACE[:2], _BATCH_DATE, _LOAD_ID)),
            *(
                Column(field.name, SQL_TYPES[field.type], field.description, False)
                for field in stream.personal
            ),
            Column("is_sale", "BOOLEAN", "Whether it is a sale.", False),
            Column("is_theirs", "BOOLEAN", "Whether it names the customer.", False),
        ),
        "MOVING_SALES": (
            *_event_columns(stream),
            *_EARLIER_EVENT,
            Column("was_repeat", "BOOLEAN", "Whether it was a repeat."),
            Column("is_repeat", "BOOLEAN", "Whether it is to be one."),
        ),
    }
