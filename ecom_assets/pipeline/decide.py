"""Making a decision: what somebody wants is checked, and written down with who, when and why.

A decision never gets round damaged files or lost lines, nor a row without what a sale needs.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal, get_args
from uuid import uuid4

from ecom_assets.model import sales
from ecom_assets.model.limits import Limits
from ecom_assets.model.tables import DECISIONS_TABLE, tables
from ecom_assets.partitions import EventDays, existing_days
from ecom_assets.pipeline.audit import quality_of, why_held
from ecom_assets.warehouse.contract import Row, Session
from ecom_assets.warehouse.expressions import literal
from ecom_assets.warehouse.rows import now

Kind = Literal["publish", "hold", "take_out", "allow_rule", "end"]
KINDS: Sequence[Kind] = get_args(Kind)

TEXT_LENGTH = 500
"""Characters of a reason or a name: a reason is a sentence or two, and is shown in tables."""
_DECIDABLE = ("rejects", "money", "rule", "empty")
"""What a day may be held for and be published all the same."""


class DecisionError(ValueError):
    """A decision that cannot be made; the text says why, and what to do."""


@dataclass(frozen=True)
class Wanted:
    """What somebody wants to decide.

    Attributes:
        decision: what becomes of the days, the file or the rule.
        who: who decides.
        why: why, in their words.
        days: the event dates it is about; None for a file, and to end another decision.
        file: the file it is about, by its path below the landing zone.
        rule: the rule that is to pass.
        source: the mapping whose files it is about.
        up_to: the reject rate up to which the days are published; None: what they have now.
        ends: the decision that is to end.
    """

    decision: Kind
    who: str
    why: str
    days: EventDays | None = None
    file: str = ""
    rule: str = ""
    source: str = ""
    up_to: Decimal | None = None
    ends: str = ""


@dataclass(frozen=True)
class Decided:
    """A decision that was written down.

    Attributes:
        decision_id: its name.
        effect: what it is about to do, as the days were at that moment.
        days: which are to be materialized for it to count, from `stg_sales_clean` on.
    """

    decision_id: str
    effect: str
    days: EventDays

    @property
    def next_step(self) -> str:
        """What is left to do, for people."""
        return (
            f"It counts once {self.days} is materialized again, from stg_sales_clean on: in "
            'Lineage, filter by key:"stg_sales_clean"+ and “Materialize all…”. The report is then '
            "made anew, too."
        )


def wanted_days(
    first: str, last: str, start: date, time_zone: str, now: datetime
) -> EventDays | None:
    """The event dates that somebody has named, the last of them only where there are several;
    None: none were named. The last may lie ahead: a decision may count for days to come.

    Raises:
        DecisionError: these are no dates, come in the wrong order, or begin outside of what there
            is.
    """
    if not first and not last:
        return None
    try:
        days = EventDays.between(first, last or first)
    except ValueError as error:
        raise DecisionError(f"{first or '(nothing)'} to {last or first}: {error}.") from None
    there_are = existing_days(start, time_zone, now)
    if there_are is None or not there_are.first <= days.first <= there_are.last:
        raise DecisionError(f"{days}: the event dates are {there_are or 'none yet'}.")
    return days


def decide(session: Session, wanted: Wanted, limits: Limits, *, run_id: str | None) -> Decided:
    """Write a decision down. Called outside a transaction.

    Raises:
        DecisionError: it says too little, or cannot be about what it names.
    """
    _see_texts(wanted)
    with session.transaction("staging"):  # so that a run that stages has it, or has it not
        values = _VALUES[wanted.decision](session, wanted, limits)
        days = EventDays(values["first_day"], values["last_day"])
        row = {
            "decision_id": uuid4().hex[:8],
            "decision": wanted.decision,
            "decided_by": wanted.who.strip(),
            "decided_at": now(),
            "why": wanted.why.strip(),
            "run_id": run_id,
            **values,
        }
        columns = tables()[DECISIONS_TABLE]
        session.run("staging/decide", decision_values=[literal(row.get(c.name)) for c in columns])
    return Decided(row["decision_id"], row["effect"], days)


def all_decisions(session: Session) -> Sequence[Row]:
    """Each decision that does not end another, the newest first, with `ended_by` and `ended_at`
    of the one that ended it."""
    rows = session.read_table("staging.decisions")
    ends = {row["ends"]: row for row in rows if row["ends"]}
    found = []
    for row in sorted(rows, key=lambda row: row["decided_at"], reverse=True):
        if not row["ends"]:
            end = ends.get(row["decision_id"], {})
            found.append(
                {**row, "ended_by": end.get("decided_by"), "ended_at": end.get("decided_at")}
            )
    return found


def _see_texts(wanted: Wanted) -> None:
    for name, text in {"who": wanted.who, "why": wanted.why}.items():
        if not text.strip():
            raise DecisionError(f"`{name}` is empty: a decision says who made it and why.")
        if len(text) > TEXT_LENGTH:
            raise DecisionError(
                f"`{name}` has {len(text):,} characters: at most {TEXT_LENGTH} are kept."
            )
    uses = {
        "days": ("publish", "hold", "allow_rule"),
        "file": ("take_out", "allow_rule"),
        "rule": ("allow_rule",),
        "source": ("allow_rule",),
        "up_to": ("publish",),
        "ends": ("end",),
    }
    for name, kinds in uses.items():
        if getattr(wanted, name) not in (None, "") and wanted.decision not in kinds:
            raise DecisionError(
                f"`{name}` says nothing for the decision {wanted.decision}: leave it empty, or "
                f"decide {' or '.join(kinds)}."
            )
    if wanted.decision in uses["days"] and wanted.days is None:
        raise DecisionError(f"The decision {wanted.decision} needs the days it is about.")


def _publish(session: Session, wanted: Wanted, limits: Limits) -> Mapping[str, Any]:
    assert wanted.days is not None
    if wanted.up_to is not None and not (wanted.up_to.is_finite() and 0 <= wanted.up_to <= 1):
        raise DecisionError(f"`up_to` is {wanted.up_to}: a share from 0 to 1 is needed.")
    quality = quality_of(session, wanted.days)
    held = {day: row for day, row in quality.items() if not row["publishable"]}
    if not held:
        raise DecisionError(
            f"{wanted.days} is not held: there is nothing to decide. A day is judged when "
            "stg_sales_clean is materialized."
        )
    for day, row in held.items():
        if row["held_for"] not in _DECIDABLE:
            raise DecisionError(
                f"{day} cannot be published by decision: it is held because {why_held(row)}."
                if row["held_for"] != "decision"
                else f"{day} is {why_held(row)}: end that decision."
            )
    reasons = [f"{day} ({why_held(row)})" for day, row in held.items()]
    up_to = wanted.up_to
    if up_to is None:
        up_to = max(row["reject_rate"] for row in held.values())
    return {
        **wanted.days.bounds,
        "up_to": up_to,
        "effect": f"Published as it is, up to {up_to:.1%} rejects: {_some(reasons)}",
    }


def _hold(session: Session, wanted: Wanted, limits: Limits) -> Mapping[str, Any]:
    assert wanted.days is not None
    quality = quality_of(session, wanted.days)
    passing = [f"{day}" for day, row in quality.items() if row["publishable"]]
    effect = f"Held: {_some(passing)}" if passing else "Held from now on; none of them passes today"
    return {**wanted.days.bounds, "effect": f"{effect}; FACT_SALES keeps what it has"}


def _take_out(session: Session, wanted: Wanted, limits: Limits) -> Mapping[str, Any]:
    found = _current_file(session, wanted.file)
    return {
        "first_day": found["batch_date"],
        "last_day": found["batch_date"],
        "source_filename": wanted.file,
        "etag": found["etag"],
        "effect": f"{found['row_count'] or 0:,} lines of {wanted.file} are no sales, until the "
        "file is sent anew",
    }


def _allow_rule(session: Session, wanted: Wanted, limits: Limits) -> Mapping[str, Any]:
    assert wanted.days is not None
    stream = sales.read_by(limits.reading)
    rules = {rule.name: rule for rule in stream.allowable}
    if wanted.rule not in rules:
        raise DecisionError(
            f"The rule {wanted.rule or '(none)'} cannot be let pass: it must be one of "
            f"{', '.join(rules)}."
        )
    sources = [mapping.name for _, mapping in stream.mappings]
    if wanted.source and wanted.source not in sources:
        raise DecisionError(
            f"No mapping is named {wanted.source}: ECOM_MAPPING has {', '.join(sources)}."
        )
    if wanted.file:
        _current_file(session, wanted.file)
    reason = rules[wanted.rule].reason
    (found,) = session.run(
        "staging/rejects_for_reason",
        **wanted.days.bounds,
        reason=reason,
        source_filename=wanted.file or None,
        source=wanted.source or None,
    )
    return {
        **wanted.days.bounds,
        "rule": wanted.rule,
        "source_filename": wanted.file or None,
        "source": wanted.source or None,
        "effect": f"Of today's rejects {found['reject_rows']:,} are for “{reason}” alone: those "
        "that have all that a sale needs become clean",
    }


def _end(session: Session, wanted: Wanted, limits: Limits) -> Mapping[str, Any]:
    named = {row["decision_id"]: row for row in session.run("staging/decisions_in_force")}
    if wanted.ends not in named:
        raise DecisionError(
            f"No decision {wanted.ends or '(none)'} is in force: `make decide` lists those that "
            "are."
        )
    ended = named[wanted.ends]
    return {
        "first_day": ended["first_day"],
        "last_day": ended["last_day"],
        "ends": wanted.ends,
        "effect": f"Ends {ended['decision']} of {ended['decided_by']}: {ended['why']}",
    }


_VALUES: Mapping[Kind, Callable[[Session, Wanted, Limits], Mapping[str, Any]]] = {
    "publish": _publish,
    "hold": _hold,
    "take_out": _take_out,
    "allow_rule": _allow_rule,
    "end": _end,
}


def _current_file(session: Session, name: str) -> Row:
    for row in session.run("staging/current_file", source_filename=name):
        return row
    raise DecisionError(
        f"RAW has no file {name or '(none)'}: name it by its path below the landing zone, such as "
        "dt=2026-01-05/sales.jsonl, as source_filename says."
    )


def _some(what: Sequence[str]) -> str:
    more = f" and {len(what) - 3} more" if len(what) > 3 else ""
    return "; ".join(what[:3]) + more
