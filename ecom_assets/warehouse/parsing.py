"""How a session types the lines of RAW, on any engine.

The script is each engine's own, `sql/<engine>/parse_lines.sql`; what it is told and which table it
fills is the same.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, ClassVar

from ecom_assets.model.events import FIELDS
from ecom_assets.model.limits import Limits
from ecom_assets.warehouse import fields
from ecom_assets.warehouse.contract import Row
from ecom_assets.warehouse.sql import literal, query

WHITE_SPACE = " \t\n\r\x0b\x0c"
"""What a line of nothing else is no row: ASCII's white space, as in `landing/lines.py`."""


class Parsing(ABC):
    """The part of a session's contract that is about parsing."""

    engine: ClassVar[str]
    """The folder of the engine's own scripts."""

    @abstractmethod
    def run(self, script: str, /, **values: Any) -> Sequence[Row]: ...

    def parse_lines(
        self,
        days: Sequence[date],
        *,
        first_batch_day: date,
        last_batch_day: date,
        own_days: tuple[date, date],
        limits: Limits,
    ) -> None:
        own_first_day, own_last_day = own_days
        self.run(
            f"{self.engine}/parse_lines",
            **current_lines(first_batch_day, last_batch_day),
            event_dates=[literal(day) for day in days],
            own_first_day=own_first_day,
            own_last_day=own_last_day,
            late_days=limits.late_days,
            first_partition=limits.first_partition,
            **typing(),
        )


def current_lines(first_batch_day: date, last_batch_day: date) -> Mapping[str, Any]:
    """What a script is given that reads `:lines`: the current ones of the files of these days."""
    return {
        "lines": query("raw/current_lines"),
        "first_batch_day": first_batch_day,
        "last_batch_day": last_batch_day,
    }


def typing() -> Mapping[str, Any]:
    """What `parse_lines` is given to type the fields of a line."""
    return {
        "all_fields_as_text": fields.all_fields_as_text(),
        "all_fields_present": fields.all_fields_present(),
        "field_count": len(FIELDS),
        "field_texts": fields.field_texts,
        "field_values": fields.field_values,
        "signs_from_texts": fields.signs_from_texts,
        "is_rounded": fields.is_rounded,
    }
