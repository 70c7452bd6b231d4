"""The event, the tables and the answers as text: fields, columns, types, and what they mean.

What a row of a table is, is said by `sql/tables.sql`, what a column
means by `model/tables.py` and `assets/answers.py`; the types of the answers are asked of DuckDB.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from ecom_assets.assets.answers import DESCRIPTIONS
from ecom_assets.model import sales
from ecom_assets.model.questions import Question, questions
from ecom_assets.model.tables import Column, tables
from ecom_assets.reference.pages import table
from ecom_assets.warehouse.contract import Purpose
from ecom_assets.warehouse.duckdb import DuckDBWarehouse
from ecom_assets.warehouse.scripts import SQL_FOLDER

JSON_TYPES = {
    "text": "text",
    "moment": "text: ISO 8601",
    "whole": "whole number",
    "number": "number, or its text",
}


def questions_table() -> str:
    """A row a question: name, title, kind of chart."""
    return table(
        ["question", "title", "chart"],
        [[f"`{question.name}`", question.title, question.chart] for question in questions()],
    )


def fields_table() -> str:
    """A row a field of the event."""
    rows = [[f"`{f.name}`", JSON_TYPES[f.type], f.description] for f in sales.SALES.fields]
    return table(["field", "in JSON", "what it is"], rows)


def tables_in_full() -> str:
    """A section a table and view: what a row is, and the columns with their types."""
    text = (SQL_FOLDER / "tables.sql").read_text(encoding="utf-8")
    of_tables = (_table(name, columns, text) for name, columns in tables().items())
    return "\n".join([*of_tables, *_answers(questions())])


def _table(name: str, columns: Sequence[Column], text: str) -> str:
    found = re.search(
        rf"((?:-- [^\n]+\n)+)create (?:transient )?table if not exists {re.escape(name.lower())} ",
        text,
    )
    if found is None:
        raise ValueError(f"sql/tables.sql does not say above {name} what one row of it is.")
    return _section(
        name,
        found[1].replace("-- ", "").replace("\n", " ").strip().rstrip("."),
        [(c.name, c.type if c.required else f"{c.type}, or null", c.description) for c in columns],
    )


def _answers(views: Sequence[Question]) -> Iterator[str]:
    types = _types_of(views)
    for view in views:
        name = f"ANALYTICS.{view.name.upper()}"
        unknown = types[name].keys() - DESCRIPTIONS.keys()
        if unknown:
            raise ValueError(f"assets/answers.py does not describe {min(unknown)} of {name}.")
        title, about = f"{view.title[0].lower()}{view.title[1:]}", next(iter(types[name]))
        grain = f"a view: {title}. One row per `{about}` and currency"
        yield _section(name, grain, [(c, kind, DESCRIPTIONS[c]) for c, kind in types[name].items()])


def _section(name: str, grain: str, columns: Iterable[tuple[str, str, str]]) -> str:
    rows = [(f"`{column}`", kind, meaning) for column, kind, meaning in columns]
    return f"### {name}\n\n{grain[0].upper()}{grain[1:].rstrip('.')}.\n\n" + table(
        ["column", "type", "what it is"], rows
    )


def _types_of(views: Sequence[Question]) -> Mapping[str, Mapping[str, str]]:
    with TemporaryDirectory() as folder:
        warehouse = DuckDBWarehouse(Path(folder) / "empty.duckdb")
        with warehouse.session(Purpose("reference", "none"), lambda _: None) as session:
            for view in views:
                session.define_view(f"answers/{view.name}")
            return session.columns()
