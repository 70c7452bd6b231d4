"""How the lines of a landing zone are read: what people set of it, handed along as one value.

It is part of what becomes of a line, and so of the version of the rules.
"""

from dataclasses import dataclass
from zoneinfo import ZoneInfo


@dataclass(frozen=True)
class Reading:
    """How lines become events of a day.

    Attributes:
        time_zone: the shop's, an IANA name: partitions and `event_date` are its days.
    """

    time_zone: str = "UTC"

    @property
    def zone(self) -> ZoneInfo:
        """That time zone, for moments that people read."""
        return ZoneInfo(self.time_zone)

    @property
    def version(self) -> str:
        """What of it decides what becomes of a line."""
        return self.time_zone


PLAIN = Reading()
"""Fields by their own names, days in UTC."""
