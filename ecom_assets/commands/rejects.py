"""`make rejects`: the lines of a day that have rejects, ready to be corrected in an editor.

    python -m ecom_assets.commands.rejects 2026-01-05 [--file NAME] > fixed.corrections.jsonl

Each line is the line as it came, and says in whose place it stands and why that is a reject. Put
into the day's folder, as a file whose name has `.corrections.` in it, they stand in place of the
lines that they name. A line that is no JSON object stands as text under `_line`.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from datetime import date
from functools import partial

from ecom_assets.model.mapping import CORRECTS
from ecom_assets.settings import read_settings_or_exit
from ecom_assets.warehouse.contract import Purpose, Row, WarehouseError


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the lines; exits with one sentence where there are none to be had."""
    asked = _arguments(arguments)
    settings = read_settings_or_exit()
    from ecom_assets.definitions import warehouse_of  # now that the settings are known to be right

    try:
        day = date.fromisoformat(asked.day)
    except ValueError:
        sys.exit(f"ecom_assets: DAY={asked.day} is no date: name one such as 2026-01-05.")
    log = partial(print, file=sys.stderr)
    try:
        with warehouse_of(settings).session(Purpose("rejects", "rejects", day, day), log) as s:
            rows = s.run("staging/rejected_lines", day=day)
    except WarehouseError as error:
        sys.exit(f"ecom_assets: {error}")
    found = [row for row in rows if asked.file in ("", row["source_filename"])]
    for row in found:
        print(to_correct(row))
    if found:
        log(
            f"{len(found):,} lines with rejects in dt={day}. Correct them, put them there "
            "as a file whose name has .corrections. in it, and materialize the day."
        )
    else:
        log(f"No line in the folder dt={day} has a reject that a corrected line could take back.")


def _arguments(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m ecom_assets.commands.rejects", description=__doc__
    )
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("day")
    parser.add_argument("--file", default="")
    return parser.parse_args(arguments)


def to_correct(row: Row) -> str:
    """A rejected line as it is to be corrected: with all its digits, and the key `_corrects`."""
    place = {
        "file": row["source_filename"],
        "line": row["source_row_number"],
        "reasons": row["reasons"],
    }
    key = f'"{CORRECTS}": {json.dumps(place, ensure_ascii=False)}'
    # Snowflake writes JSON over several lines; a text in it has none
    line = " ".join(part.strip(" \r\t") for part in (row["raw"] or "").split("\n"))
    if not line.startswith("{"):
        text = line or row["raw_text"] or ""
        return f'{{{key}, "_line": {json.dumps(text, ensure_ascii=False)}}}'
    rest = line[1:].lstrip()
    return f"{{{key}{'' if rest.startswith('}') else ', '}{rest}"


if __name__ == "__main__":
    main()
