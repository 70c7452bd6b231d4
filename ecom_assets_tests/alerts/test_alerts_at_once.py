"""Two alert sensors at once, while days keep failing: each tells every day, and tells it once."""

import re
import threading
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from functools import partial

import pytest

from ecom_assets_tests.alerts.test_alerts import report
from ecom_assets_tests.conftest import DAY, Pipeline
from ecom_assets_tests.support.receivers import Alerts, receiving
from ecom_assets_tests.torture.report import Figures

CHECKS = ("reject_rate", "known_reasons")
DAYS = 6  # as many as one message lists

pytestmark = pytest.mark.xdist_group("torture")


def test_two_alert_sensors_at_once_tell_each_failing_day_once(
    on_files: Pipeline, torture: bool, figures: Figures
) -> None:
    for number in range(10 if torture else 1):
        first = DAY + timedelta(days=DAYS * number)
        days = [first + timedelta(days=n) for n in range(DAYS if torture else 3)]
        with receiving() as one, receiving() as two:
            sensors = [Alerts(on_files, receiver.url) for receiver in (one, two)]
            for sensor in sensors:
                assert sensor.tick() == "nothing new to tell"
            tick_while(sensors, partial(fail_all, on_files, days))
            for receiver in (one, two):
                text = "\n".join(f"{title}\n{message}" for title, message in receiver.take())
                reported = re.findall(r"^- (\S+) ERROR", text, re.MULTILINE)
                wanted = sorted(str(day) for day in days for _ in CHECKS)
                figures.count("lost", max(len(wanted) - len(reported), 0))
                figures.count("doubled", max(len(reported) - len(wanted), 0))
                assert sorted(reported) == wanted
        figures.count("interleavings run")
        figures.count("days checked", len(days))


def tick_while(sensors: list[Alerts], happen: Callable[[], object]) -> None:
    """Let the sensors tick at once until something has happened, and once more after it."""
    over = threading.Event()

    def keep_ticking(sensor: Alerts) -> None:
        while not over.is_set():
            sensor.tick()
        sensor.tick()

    threads = [threading.Thread(target=keep_ticking, args=(sensor,)) for sensor in sensors]
    for thread in threads:
        thread.start()
    try:
        happen()
    finally:
        over.set()
        for thread in threads:
            thread.join()


def fail_all(pipeline: Pipeline, days: Sequence[date]) -> None:
    """The checks fail for these days, one after the other, each in a run of its own."""
    for day in days:
        for check in CHECKS:
            report(pipeline, (day, "error"), check=check)
