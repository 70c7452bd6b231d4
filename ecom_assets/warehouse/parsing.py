"""How a session types the lines of RAW, on any engine.

The scripts are each engine's own, in `sql/<engine>/`; what they are told and which table they fill
is the same.
"""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any, ClassVar

from ecom_assets.rules import REPEAT_REASON
from ecom_assets.warehouse import expressions
from ecom_assets.warehouse.contract import Row
from ecom_assets.warehouse.sql import query

WHITE_SPACE = " \t\n\r\x0b\x0c"
"""What a line of nothing else is no row: ASCII's white space, as in `landing/lines.py`."""


class Parsing(ABC):
    """The part of a session's contract that is about parsing."""

    engine: ClassVar[str]
    """The folder of the engine's own scripts."""

    @abstractmethod
    def run(self, script: str, /, **values: Any) -> Sequence[Row]: ...

    def parse_lines(self, first_day: date, last_day: date, *, late_days: int) -> None:
        self._parse("parsed_sales", "raw/current_lines", first_day, last_day, late_days)

    def parse_again(self, first_day: date, last_day: date, *, late_days: int) -> None:
        self._parse("parsed_again", "raw/staged_lines", first_day, last_day, late_days)

    def _parse(
        self, table: str, lines: str, first_day: date, last_day: date, late_days: int
    ) -> None:
        self.run(
            f"{self.engine}/parse_lines",
            parsed=expressions.table(table),
            lines=query(lines),
            first_day=first_day,
            last_day=last_day,
            last_batch_day=last_day + timedelta(days=late_days),
            late_days=late_days,
            all_fields_present=expressions.all_fields_present(),
            white_space=WHITE_SPACE,
        )

    def find_rejected_repeats(self, first_day: date, last_day: date) -> None:
        self.run(
            f"{self.engine}/rejected_repeats",
            first_day=first_day,
            last_day=last_day,
            repeat_reason=REPEAT_REASON,
        )
