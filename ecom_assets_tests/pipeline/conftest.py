"""What these tests share: load, stage and publish without Dagster, on both engines."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from ecom_assets.checks.analytics import no_event_missing, unique_event_id
from ecom_assets.checks.staging import row_balance, staged_by_day
from ecom_assets.model.limits import Limits
from ecom_assets.model.sales import UNIQUE_WITHIN_DAYS
from ecom_assets.partitions import EventDays
from ecom_assets.pipeline.load import load_new_files
from ecom_assets.pipeline.publish import Published, publish_audited_days
from ecom_assets.pipeline.stage import stage_days
from ecom_assets.warehouse.contract import Purpose, Session
from ecom_assets.warehouse.rows import by_day
from ecom_assets_tests.support.model_tables import breaches, found_in
from ecom_assets_tests.support.stacks import (
    FOLDER_DUCKDB,
    S3_SNOWFLAKE,
    Stack,
)
from ecom_assets_tests.torture.report import some
from ecom_assets_tests.warehouse.conftest import good, jsonl


def day(number: int) -> date:
    """The days of January, so that day(5) is the fifth."""
    return date(2026, 1, 1) + timedelta(days=number - 1)


class Shop:
    """A landing zone and an open warehouse.

    Attributes:
        limits: what runs go by; change them with `set`.
        session: to the warehouse.
        earlier: the days that the last run staged along.
        drops: whether rows of files that have vanished stop counting.
    """

    drops = False

    def __init__(self, stack: Stack, session: Session) -> None:
        self._stack = stack
        self.session = session
        self.limits = Limits(day(1), 0, Decimal("0.1"), Decimal("0.3"), hide_values=False)
        self.earlier: Sequence[date] = []

    def another_session(self) -> AbstractContextManager[Session]:
        """A second session to the same warehouse."""
        return self._stack.warehouse.session(Purpose("another", "another"), _fail)

    def set(self, **limits: Any) -> None:
        """Change limits."""
        self.limits = replace(self.limits, **limits)

    def put(self, number: int, file: str, content: bytes) -> None:
        """Put a file into a day's folder."""
        self._stack.put(f"dt={day(number)}/{file}", content)

    def delete(self, number: int, file: str = "a.jsonl") -> None:
        """Take a file out of a day's folder."""
        self._stack.delete(f"dt={day(number)}/{file}")

    def land(self, number: int, *lines: Mapping[str, Any] | str, file: str = "a.jsonl") -> None:
        """Put a file of events and lines of text into a day's folder."""
        self.put(number, file, jsonl(*lines))

    def good(self, number: int, *ids: str) -> None:
        """A file of five good lines, and of these ids."""
        own = [f"{number}-{n}" for n in range(5)]
        self.land(number, *[good(event_id, day(number)) for event_id in (*ids, *own)])

    def bad(self, number: int, *ids: str) -> None:
        """A file of five bad lines, and good ones of these ids: the day is held."""
        lines = [good(f"x{n}", day(number), quantity="two") for n in range(5)]
        self.land(number, *[good(e, day(number)) for e in ids], *lines)

    def run(self, first: int, last: int | None = None) -> Published:
        """Load, stage and publish some days; see that every line of their files is accounted for,
        and that no event stands in FACT_SALES twice or has vanished, also by the checks' own words.
        """
        days = EventDays(day(first), day(last or first))
        published = self.materialize(first, last)
        assert not breaches(found_in(self.session))
        assert not self.wrong(days)
        assert not self.unbalanced(first, last)
        return published

    def materialize(self, first: int, last: int | None = None) -> Published:
        """Load, stage and publish some days, and see nothing."""
        self.load(first, last)
        days = EventDays(day(first), day(last or first))
        self.earlier = stage_days(self.session, days, self.limits, run_id="test")
        return self.publish(first, last)

    def load(self, first: int, last: int | None = None) -> None:
        """The first step alone."""
        days = EventDays(day(first), day(last or first))
        load_new_files(
            *(self.session, self._stack.zone, days),
            run_id="test",
            log=_fail,
            keep_or_drop="drop" if self.drops else "keep",
        )

    def publish(self, first: int, last: int | None = None) -> Published:
        """The last one."""
        days = EventDays(day(first), day(last or first))
        return publish_audited_days(self.session, days, self.limits, log=_fail, run_id="test")

    def unbalanced(self, first: int, last: int | None = None) -> list[str]:
        """What the check on the balance finds."""
        days = EventDays(day(first), day(last or first))
        staged = staged_by_day(self.session, days, self.limits)
        found = row_balance(self.session, days, staged)
        return [result.description for result in found.values() if not result.passed]

    def wrong(self, days: EventDays) -> list[str]:
        """What the checks on FACT_SALES find of some days."""
        found = by_day(
            self.session.run(
                "checks/exactly_once",
                window_start=days.first - timedelta(days=UNIQUE_WITHIN_DAYS),
                first_day=days.first,
                last_day=days.last,
                within_days=UNIQUE_WITHIN_DAYS,
            )
        )
        checks = (unique_event_id, no_event_missing)
        results = [check(found.get(each)) for each in days.days for check in checks]
        return [result.description for result in results if not result.passed]

    def stands(self, event_id: str) -> list[int]:
        """The days of January on which an event stands in FACT_SALES."""
        rows = self.session.read_table("analytics.fact_sales")
        found = [row["event_date"] for row in rows if row["event_id"] == f"e{event_id}"]
        return sorted((each - day(1)).days + 1 for each in found)

    def repeats(self) -> list[tuple[int, int]]:
        """The days of repeats, with those of the earlier events."""
        rows = self.session.read_table("staging.stg_sales_repeats")
        return sorted((r["event_date"].day, r["earlier_event_date"].day) for r in rows)

    def rejects(self) -> list[tuple[int, str]]:
        """Day and reasons of all rejects."""
        rows = self.session.read_table("staging.stg_sales_rejects")
        return sorted(((r["event_date"] - day(1)).days + 1, r["reasons"]) for r in rows)


def _fail(text: str) -> None:
    raise AssertionError(text)


@pytest.fixture
def shop(request: pytest.FixtureRequest, stack_of: Callable[[str], Stack]) -> Iterator[Shop]:
    """An empty landing zone and an empty warehouse: a folder and DuckDB, or what `ON_BOTH` says."""
    stack = stack_of(getattr(request, "param", FOLDER_DUCKDB))
    with stack.warehouse.session(Purpose("test", "test"), _fail) as session:
        yield Shop(stack, session)


ENGINES = [FOLDER_DUCKDB, S3_SNOWFLAKE]
ON_BOTH = pytest.mark.parametrize("shop", ENGINES, indirect=True)
"""For tests of SQL that is an engine's own, or that moves rows."""
ON_BOTH_AT_LENGTH = pytest.mark.parametrize("shop", some(FOLDER_DUCKDB, of=ENGINES), indirect=True)
"""For further ones, whose statements Snowflake is sent by a test of the short form as well."""
