"""`make mapping`: how a sample's lines would be read, by the mapping that fits best or a proposal.

    python -m ecom_assets.commands.mapping FILE [--mapping NAME|FILE] [--write FILE.toml]

All figures are the pipeline's own, of the sample staged in a warehouse that is thrown away again.
"""

import argparse
import sys
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from ecom_assets.model.mapping import PLAIN, MappingError
from ecom_assets.model.mapping_file import (
    mapping_path,
    named_mapping,
    parsed_mapping,
    shipped,
)
from ecom_assets.model.mapping_words import place_in_words, total_in_words
from ecom_assets.model.sales import SALES
from ecom_assets.sampling.files import Sample, SampleError, read_sample
from ecom_assets.sampling.proposal import propose
from ecom_assets.sampling.staged import Staged, stage
from ecom_assets.settings import Settings, read_settings_or_exit
from ecom_assets.text.figures import counted, name, period, share

WIDTH = 100
RULES_SHOWN = 5
HIDDEN = "(hidden)"
PAGE = "docs/your-own-events.md"


@dataclass(frozen=True)
class Looked:
    """A mapping that was looked at.

    Attributes:
        title: what it is.
        toml: its file; of the plain mapping what it would be.
        remarks: by field, what a person has to look at.
        staged: what becomes of the sample by it.
        is_proposed: whether it was made for this sample.
        hints: what else to look at.
        asked: how the setting names it.
    """

    title: str
    toml: str
    staged: Staged
    remarks: Mapping[str, str]
    is_proposed: bool = False
    hints: Sequence[str] = ()
    asked: str = ""


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the screen; exits with one sentence where there is nothing to look at."""
    asked = _arguments(arguments)
    settings = read_settings_or_exit()
    write = Path(asked.write) if asked.write else None
    if write and (why := _unfit(write)):
        sys.exit(f"ecom_assets: {write} {why}: name a new file with WRITE=mapping.toml.")
    try:
        sample = read_sample(Path(asked.file))
        looked, others = _look(sample, asked.mapping, settings, write.stem if write else "")
    except (SampleError, MappingError) as error:
        sys.exit(f"ecom_assets: {error}")
    console = Console(highlight=False, width=WIDTH, soft_wrap=True)
    _print(console, sample, looked, others, settings)
    if write:
        write.write_text(looked.toml, encoding="utf-8")
        console.print(f"Written to {write}: ECOM_MAPPING={write} reads lines by it.", markup=False)


def _unfit(write: Path) -> str:
    """Why a mapping cannot be written there; empty: it can."""
    if write.exists():
        return "is there already"
    if not write.parent.is_dir():
        return "is in a folder that is not there"
    if write.suffix != ".toml" or any(c.isspace() for c in str(write)):
        return "does not end in .toml, or has a blank"
    return ""


def _arguments(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m ecom_assets.commands.mapping", description=__doc__
    )
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("file", metavar="FILE", help="a sample: .jsonl, .ndjson, .json, or .gz")
    parser.add_argument("--mapping", help="one that is shipped, or a TOML file, to look at alone")
    parser.add_argument("--write", help="a TOML file to write the mapping to")
    asked = parser.parse_args(arguments)
    if not asked.file:
        parser.exit(2, "ecom_assets: name a sample of your lines: make mapping FILE=sample.jsonl\n")
    return asked


def _look(
    sample: Sample, asked: str | None, settings: Settings, proposed_name: str
) -> tuple[Looked, Sequence[Staged]]:
    """What fits best, or what was asked for, and the others that were tried."""
    names = [asked] if asked else [*shipped(), PLAIN]
    read = [named_mapping(one, Path.cwd(), SALES) for one in names]
    tried = sorted(stage(sample, read, settings.reading), key=lambda s: s.rank, reverse=True)
    best, others = tried[0], tried[1:]
    if best.fits or asked:
        called = asked or best.mapping.name
        return Looked(best.mapping.description, _toml(best, asked), best, {}, asked=called), others
    proposal = propose(
        sample.lines,
        proposed_name or sample.name.split(".")[0],
        hide_values=settings.hide_values,
    )
    parsed = parsed_mapping(proposal.toml(), proposal.name, SALES, "the proposal")
    (staged,) = stage(sample, [parsed], settings.reading)
    remarks = {field: remark for field, (_, remark) in proposal.fields.items()}
    looked = Looked("", proposal.toml(), staged, remarks, is_proposed=True, hints=proposal.hints)
    return looked, tried


def _toml(staged: Staged, asked: str | None) -> str:
    found = staged.mapping.name
    if found == PLAIN:
        lines = [f'{field.name} = ".{field.name}"' for field in SALES.fields]
        return "\n".join(["[fields]", *lines]) + "\n"
    return mapping_path(asked or found, Path.cwd()).read_text(encoding="utf-8-sig")


def _print(
    console: Console, sample: Sample, looked: Looked, others: Sequence[Staged], settings: Settings
) -> None:
    staged, told = looked.staged, tomllib.loads(looked.toml)
    lines = counted(len(sample.lines), "line")
    console.print(f"{sample.name}: {'the first ' if sample.there_are_more else ''}{lines}")
    if looked.is_proposed:
        console.print("No mapping fits: half of the sales at least would have to be clean.")
        console.print("[bold]Proposed[/bold] from names, types and values; look at each line of it")
    else:
        how = ("fits best" if others else "fits") if staged.fits else "does not fit"
        line = Text.assemble((staged.mapping.name, "bold"), f" {how}")
        line.append(f": {name(looked.title)}" if looked.title else "")
        line.truncate(WIDTH, overflow="ellipsis")
        console.print(line)
    _print_shares(console, staged)
    console.print(_fields(looked, told, hide=settings.hide_values))
    _print_rules(console, staged)
    console.print(f"Money: {_money(staged, told)}", markup=False)
    some = [f"{o.mapping.name} {share(o.clean_share)}" for o in others if o.total("clean_rows")]
    if others:
        console.print(f"Clean by other mappings: {', '.join(some) or 'nothing'}", markup=False)
    for hint in looked.hints:
        console.print(f"Look at: {name(hint)}", markup=False)
    if looked.is_proposed:
        console.print(f"Next: WRITE=mapping.toml writes it; how to correct it is in {PAGE}")
    elif staged.mapping.name != PLAIN:
        console.print(f"Next: ECOM_MAPPING={looked.asked} in .env, see {PAGE}", markup=False)
    if sample.advice:
        console.print(sample.advice, markup=False)


def _print_shares(console: Console, staged: Staged) -> None:
    other, sales = staged.total("other_rows"), staged.total("sale_rows")
    if not sales:
        console.print("No line is a sale, as `where` says.", markup=False)
        return
    parts = [f"{counted(sales, 'sale')}, {staged.total('clean_rows'):,} of them clean"]
    if staged.judged:
        parts[0] += f" ({share(staged.clean_share)})"
    if replaced := staged.total("replaced_rows"):
        parts.append(f"{replaced:,} replaced by a later version")
    if other:
        parts.append(f"{counted(other, 'line')} no sale")
    if staged.days:
        days = counted(len(staged.days), "day")
        parts.append(f"{days}, {period(staged.days[0], staged.days[-1])}")
    console.print("; ".join(parts), markup=False)


def _fields(looked: Looked, told: Mapping[str, Any], *, hide: bool) -> Table:
    table = Table(box=None, padding=(0, 1, 0, 0))
    widths = (17, 6, 33, 16, 23) if looked.is_proposed else (17, 6, 44, 24, 4)
    titles = ("field", "filled", "filled with", "an example", "look at")
    for title, width in zip(titles, widths, strict=True):
        table.add_column(title if width > 4 else "", width=width, no_wrap=True, header_style="dim")
    filled = looked.staged.filled
    rows = [*looked.staged.tables.get("stg_sales_clean", ()), *looked.staged.typed]
    for field in (field.name for field in SALES.fields):
        source = told["fields"].get(field)
        example = next((row[field] for row in rows if row[field] is not None), None)
        table.add_row(
            field,
            share(filled.get(field, 0.0)) if source is not None else "",
            Text(name(place_in_words(source)) if source is not None else "nothing"),
            Text("" if example is None else HIDDEN if hide else _value(example)),
            Text(name(remark) if (remark := looked.remarks.get(field)) else ""),
        )
    return table


def _value(value: object) -> str:
    """Without the zeros that a column adds."""
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    return name(value)


def _print_rules(console: Console, staged: Staged) -> None:
    """By which rules the other sales are rejected, the commonest first."""
    uncounted = {rule.reason for rule in SALES.rules if not rule.counts}
    rejects = staged.tables.get("stg_sales_rejects", ())
    rejects = [row for row in rejects if row["reason"] not in uncounted]
    reasons = {row["reason"] for row in rejects}
    counts = {reason: [r for r in rejects if r["reason"] == reason] for reason in reasons}
    commonest = sorted(counts.items(), key=lambda pair: (-len(pair[1]), pair[0]))
    for reason, rows in commonest[:RULES_SHOWN]:
        first = min(map(staged.line_of, rows))
        console.print(f"Rejected: {counted(len(rows), 'sale')}, {reason}; first in line {first:,}")
    if len(commonest) > RULES_SHOWN:
        console.print(f"… and by {counted(len(commonest) - RULES_SHOWN, 'more rule')}")
    if not commonest and staged.total("sale_rows"):
        console.print("Rejected: nothing")


def _money(staged: Staged, told: Mapping[str, Any]) -> str:
    """Whether it adds up."""
    if "total" not in told:
        return "not compared; no [total] says what an order's money adds up to"
    compared = staged.total("compared_orders", "sales_quality_files")
    off = staged.tables.get("sales_order_totals", ())
    to = name(total_in_words(told["total"]))
    if not compared:
        return f"not compared; no sale's order states {to}"
    text = f"{compared - len(off):,} of {counted(compared, 'order')} add up to {to}"
    if off:
        first = min(off, key=staged.line_of)
        text += f"; first that does not in line {staged.line_of(first):,}"
    return text


if __name__ == "__main__":
    main()
