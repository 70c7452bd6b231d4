"""What the audit of a run has found is not asked again by its checks, and only then not."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import pytest

from ecom_assets.partitions import EventDays
from ecom_assets.pipeline.audit import audit_days
from ecom_assets.pipeline.audit import test_days as days_tested
from ecom_assets.pipeline.audit import tests_of_run as of_run
from ecom_assets.pipeline.stage import stage_days
from ecom_assets.warehouse.contract import Row, Session
from ecom_assets_tests.pipeline.conftest import Shop, day

DAYS = EventDays(day(5), day(6))


class Counting:
    """A session that counts how often the clean rows are tested."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self.asked = 0

    def run(self, script: str, /, **values: Any) -> Sequence[Row]:
        self.asked += script == "checks/clean_rules"
        return self._session.run(script, **values)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._session, name)


class Audited:
    """Two staged days, of which the second has no clean row."""

    def __init__(self, shop: Shop) -> None:
        shop.good(5)
        shop.bad(6)
        shop.load(5, 6)
        self.shop = shop
        self.session = Counting(shop.session)
        self.stage()

    def stage(self, days: EventDays = DAYS) -> None:
        stage_days(self.session, days, self.shop.limits, run_id="test")

    def audit(self, days: EventDays = DAYS, run_id: str = "one") -> None:
        audit_days(self.session, days, self.shop.limits, run_id=run_id)

    def ask(self, days: EventDays = DAYS, run_id: str = "one") -> tuple[int, Mapping[date, Row]]:
        """How often the rows are tested for the checks of a run, and what they are told."""
        before = self.session.asked
        told = of_run(self.session, days, self.shop.limits, run_id=run_id)
        return self.session.asked - before, told


@pytest.fixture
def tests(shop: Shop) -> Audited:
    return Audited(shop)


def test_the_checks_of_a_run_are_told_what_its_audit_has_found(tests: Audited) -> None:
    tests.audit()
    live = days_tested(tests.session, DAYS, tests.shop.limits)
    assert {on: row["row_count"] for on, row in live.items()} == {day(5): 5}
    assert tests.ask() == (0, live)


def test_the_audit_of_another_run_says_nothing(tests: Audited) -> None:
    tests.audit()
    assert tests.ask(run_id="another")[0] == 1


def test_days_that_were_staged_since_are_tested_again(tests: Audited) -> None:
    tests.audit()
    tests.shop.good(5, "more")
    tests.shop.load(5)
    tests.stage(EventDays(day(5), day(5)))
    asked, told = tests.ask()
    assert asked == 1
    assert told[day(5)]["row_count"] == 6


def test_days_of_which_some_were_not_audited_are_tested(tests: Audited) -> None:
    tests.audit(EventDays(day(6), day(6)))
    assert tests.ask()[0] == 1
    tests.audit(EventDays(day(5), day(5)))
    assert tests.ask()[0] == 0
    tests.audit(EventDays(day(5), day(5)), run_id="another")
    assert tests.ask()[0] == 1
