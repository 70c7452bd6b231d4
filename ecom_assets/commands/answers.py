"""`make answers`: the answers as tables for people, or as CSV or JSON for pipes.

    python -m ecom_assets.commands.answers [--format table|csv|json] [--question NAME]
        [--as-of 2026-01-10T09:00]

Standard output holds the answers and nothing else. In CSV and JSON a number has all its digits.
With --as-of, revenue_by_day is as it was known at that moment.
"""

import argparse
import csv
import json
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from functools import partial
from typing import TextIO

from rich.console import Console
from rich.table import Table
from rich.text import Text

from ecom_assets.model.questions import Question, questions
from ecom_assets.pipeline.answer import AS_KNOWN, read_answers, revenue_by_day_as_of
from ecom_assets.settings import read_settings_or_exit
from ecom_assets.text.figures import figure
from ecom_assets.warehouse.contract import Purpose, Row, WarehouseError

ROWS_SHOWN = 12

Answers = Mapping[Question, Sequence[Row]]


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the answers; exits with one sentence where there are none to be had."""
    asked = _arguments(arguments)
    settings = read_settings_or_exit()
    from ecom_assets.definitions import warehouse_of  # now that the settings are known to be right

    warehouse = warehouse_of(settings)
    try:
        log = partial(print, file=sys.stderr)
        with warehouse.session(Purpose("answers", "answers"), log) as session:
            if asked.as_of:
                moment = asked.as_of
                if moment.tzinfo is None:
                    moment = moment.replace(tzinfo=settings.reading.zone)
                answers = revenue_by_day_as_of(session, moment)
            else:
                answers = read_answers(session)
    except WarehouseError as error:
        sys.exit(f"ecom_assets: {error}")
    if asked.as_of and not any(answers.values()):
        sys.exit(f"ecom_assets: nothing is known of {asked.as_of}: records begin later.")
    if not any(answers.values()):
        sys.exit(
            f"ecom_assets: there are no sales in {warehouse.url} yet: `make demo` makes some, or "
            "materialize fact_sales in the UI (`make dev`)."
        )
    wanted = {q: rows for q, rows in answers.items() if asked.question in (None, q.name)}
    try:
        WRITERS[asked.format](wanted, sys.stdout)
        sys.stdout.flush()
    except BrokenPipeError:  # `| head` has read enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _arguments(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m ecom_assets.commands.answers", description=__doc__
    )
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--format", choices=list(WRITERS), default="table")
    parser.add_argument("--question", choices=[question.name for question in questions()])
    parser.add_argument(
        "--as-of",
        type=datetime.fromisoformat,
        metavar="MOMENT",
        help=f"{AS_KNOWN} as it was known then; in the shop's time zone unless it says an offset",
    )
    asked = parser.parse_args(arguments)
    if asked.as_of and asked.question != AS_KNOWN:
        parser.error(f"--as-of (AS_OF) needs --question {AS_KNOWN} (QUESTION={AS_KNOWN})")
    return asked


def _write_tables(answers: Answers, out: TextIO) -> None:
    console = Console(file=out, highlight=False)
    for question, rows in answers.items():
        print_table(console, question.title, rows)


def _write_csv(answers: Answers, out: TextIO) -> None:
    """One question with its own columns; several as one table, with the question in front. A text
    of the shop's that a spreadsheet would take for a formula has an apostrophe before it."""
    several = len(answers) > 1
    rows = [
        {
            **({"question": question.name} if several else {}),
            **{name: _no_formula(value) for name, value in row.items()},
        }
        for question, found in answers.items()
        for row in found
    ]
    names = list(dict.fromkeys(name for row in rows for name in row))
    writer = csv.DictWriter(_Lines(out), names)
    writer.writeheader()
    writer.writerows(rows)


class _Lines:
    """Takes rows that end as RFC 4180 has it, for the module then puts a text with either of the
    two characters in quotes, and ends them as text files here do."""

    def __init__(self, out: TextIO) -> None:
        self._out = out

    def write(self, row: str) -> None:
        self._out.write(row.removesuffix("\r\n") + "\n")


def _no_formula(value: object) -> object:
    """As OWASP's page "CSV Injection" says."""
    is_formula = isinstance(value, str) and value.startswith(("=", "+", "-", "@", "\t", "\r", "\n"))
    return f"'{value}" if is_formula else value


def _write_json(answers: Answers, out: TextIO) -> None:
    """One question as a list of objects; several as an object of such lists."""
    lists = {
        question.name: "[" + ",\n".join(map(_json, rows)) + "]"
        for question, rows in answers.items()
    }
    several = "{" + ",\n".join(f"{_json(name)}: {rows}" for name, rows in lists.items()) + "}"
    print(several if len(lists) > 1 else lists.popitem()[1], file=out)


def _json(value: object) -> str:
    if isinstance(value, Decimal):  # a number with all its digits, which a binary float would lose
        return f"{value:f}"
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{_json(name)}: {_json(of)}" for name, of in value.items()) + "}"
    return json.dumps(value, ensure_ascii=False, default=str)


WRITERS: Mapping[str, Callable[[Answers, TextIO], None]] = {
    "table": _write_tables,
    "csv": _write_csv,
    "json": _write_json,
}


def print_table(
    console: Console, title: str, rows: Sequence[Row], *, most: int = ROWS_SHOWN
) -> None:
    """Print the first rows under a title, as a person reads them."""
    table = Table(box=None)
    for name, value in (rows[0] if rows else {"no rows": ""}).items():
        right = isinstance(value, int | float | Decimal)
        table.add_column(name, justify="right" if right else "left", header_style="dim")
    for row in rows[:most]:
        table.add_row(
            *(Text(figure(name, value, row.get("currency"))) for name, value in row.items())
        )
    console.print(f"\n{title}", style="bold", markup=False)
    console.print(table)
    if len(rows) > most:
        console.print(f"  … and {len(rows) - most:,} more rows", style="dim")


if __name__ == "__main__":
    main()
