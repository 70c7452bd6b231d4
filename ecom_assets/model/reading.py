"""How the lines of a landing zone are read: what people set of it, handed along as one value.

It is part of what becomes of a line, and so of the version of the rules.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from ecom_assets.model.mapping import PLAIN as SALE_LINE
from ecom_assets.model.mapping import EventMapping

EVERY_FILE = "*"


@dataclass(frozen=True)
class Reading:
    """How lines become events of a day.

    Attributes:
        time_zone: the shop's, an IANA name: partitions and `event_date` are its days.
        mappings: patterns of files, by their path below the day's folder, with the mapping of each;
            `*` stands for any text, `?` for a character. The first that matches counts; files that
            none matches have the fields by their own names.
    """

    time_zone: str = "UTC"
    mappings: Sequence[tuple[str, EventMapping]] = ()

    @property
    def zone(self) -> ZoneInfo:
        """That time zone, for moments that people read."""
        return ZoneInfo(self.time_zone)

    @property
    def version(self) -> str:
        """What of it decides what becomes of a line."""
        told = [*self.mappings]
        if told and told[-1][0] == EVERY_FILE and told[-1][1].name == SALE_LINE:
            told = told[: -1 if told[-1][1].is_plain else None]  # as if no pattern matched
        read = [f"{pattern}={m.name} {m.fingerprint}" for pattern, m in told]
        return " ".join([self.time_zone, *read])


PLAIN = Reading()
"""Fields by their own names, days in UTC."""
