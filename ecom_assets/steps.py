"""What the steps of the graph have in common when something goes wrong.

A fault that may pass is tried again; a mistake that somebody has to put right is not, and neither
is a step that was told to stop.
"""

import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import date

import dagster as dg

from ecom_assets.landing.zone import LandingBusy, LandingError
from ecom_assets.partitions import EventDays
from ecom_assets.warehouse.contract import (
    Purpose,
    Session,
    Warehouse,
    WarehouseBusy,
    WarehouseError,
)

INTERRUPTS = (KeyboardInterrupt, dg.DagsterExecutionInterruptedError)
"""What a signal, *Terminate* or *Force termination* becomes inside a step."""


class StepRetries(dg.RetryPolicy):
    """A retry policy for errors. Dagster's own tries an interrupted step again as well, and takes
    notice of no interrupt while it waits for the next try."""

    def calculate_delay(self, attempt_num: int) -> float:
        """Wait for the next try, here, where an interrupt is seen.

        Returns: how long Dagster has still to wait: not at all.

        Raises:
            BaseException: the interrupt that ended the step, and ends the run.
        """
        # Dagster asks while it handles what ended the step
        ended_by = sys.exception()
        if isinstance(ended_by, INTERRUPTS):
            raise ended_by
        time.sleep(max(0, super().calculate_delay(attempt_num)))
        return 0


RETRY_POLICY = StepRetries(
    max_retries=2, delay=10, backoff=dg.Backoff.EXPONENTIAL, jitter=dg.Jitter.PLUS_MINUS
)
"""A step is safe to repeat, for it replaces whole days. The adapters have waited and tried again on
their own before this; jitter keeps runs that failed together from coming back together."""

HELD_DAYS_TAG = "ecom_assets/held_days"
"""The tag of a run that failed only because it held days: their event dates. Another try would hold
them again, and their checks have told why."""
HELD_DAYS_IN_TAG = 20
"""Held days that the tag names; the run's error or its checks name them all."""


def mark_held(instance: dg.DagsterInstance, run_id: str, days: Iterable[date]) -> None:
    """Tag a run that is about to fail because it held these days, and for nothing else."""
    names = [day.isoformat() for day in days]
    more = ["…"] if len(names) > HELD_DAYS_IN_TAG else []
    instance.add_run_tags(run_id, {HELD_DAYS_TAG: ", ".join([*names[:HELD_DAYS_IN_TAG], *more])})


@contextmanager
def step_session(
    context: dg.AssetExecutionContext | dg.AssetCheckExecutionContext,
    warehouse: Warehouse,
    step: str,
    days: EventDays,
) -> Iterator[Session]:
    """A session for a step of the graph that is about some days."""
    purpose = Purpose(step, context.run.run_id, days.first, days.last)
    with fail_permanent_errors_at_once(), warehouse.session(purpose, context.log.info) as session:
        yield session


@contextmanager
def fail_permanent_errors_at_once(so_far: str = "") -> Iterator[None]:
    """Let an error of the landing zone or the warehouse that will not pass by itself fail the step
    at once, with its one sentence after what the step has done `so_far`."""
    try:
        yield
    except (LandingBusy, WarehouseBusy):
        raise
    except (LandingError, WarehouseError) as error:
        raise dg.Failure(f"{so_far}{error}", allow_retries=False) from error
