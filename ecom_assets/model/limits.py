"""What people set of how the data is judged and shown: one value, handed along whole.

Where the settings come from is in `settings.py`.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

from ecom_assets.model import sales
from ecom_assets.model.reading import Reading

VanishedFiles = Literal["keep", "drop"]
"""What becomes of the rows of files that are no longer in the landing zone."""

EmptyDays = Literal["publish", "hold"]
"""What becomes of days without any file."""

MOST_LATE_DAYS = 31
"""More days than that no event may be late: staging looks so far around the days of a run."""


@dataclass(frozen=True)
class Limits:
    """What lines and days are held against, and whether values may be shown.

    Attributes:
        first_partition: the first event date; an event of an earlier day belongs to no partition.
        late_days: how many days after its event date an event may lie in a file.
        reject_rate_warn: a day's reject rate above which its check warns.
        reject_rate_error: a day's reject rate above which the day is held.
        hide_values: leave payload values out of previews and samples.
        reading: how lines become events; None: as the stream declares it.
        empty_days: what becomes of days without any file.
        restated_after_days: how old a day is from when on its figures are not expected to change.
        restated_limit: the share of its revenue by which they may change all the same.
    """

    first_partition: date
    late_days: int
    reject_rate_warn: Decimal
    reject_rate_error: Decimal
    hide_values: bool
    reading: Reading | None = None
    empty_days: EmptyDays = "publish"
    restated_after_days: int = 7
    restated_limit: Decimal = Decimal("0.01")

    @property
    def rules_version(self) -> str:
        """The fingerprint of fields, rules and how lines are read."""
        return sales.read_by(self.reading).version

    @property
    def version(self) -> str:
        """A fingerprint of those that decide what becomes of a line or a day."""
        hold = " hold empty days" if self.empty_days == "hold" else ""
        rate = f"{self.reject_rate_error.normalize():f}"
        return f"{self.first_partition} {self.late_days} {rate}{hold}"
