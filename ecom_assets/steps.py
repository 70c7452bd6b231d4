"""What the steps of the graph have in common when something goes wrong, and how many run at once.

A fault that may pass is tried again; a mistake that somebody has to put right is not.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import date

import dagster as dg

from ecom_assets.landing.zone import LandingBusy, LandingError
from ecom_assets.warehouse.contract import WarehouseBusy, WarehouseError

RETRY_POLICY = dg.RetryPolicy(
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


def pool_of(engine: str) -> str:
    """The pool of the steps that use the warehouse. How many of them may be at work at once is for
    the instance to say: one on a DuckDB file, more on Snowflake.

    Args:
        engine: the warehouse's kind.
    """
    return engine


@contextmanager
def mistakes_are_final() -> Iterator[None]:
    """Let an error of the landing zone or the warehouse that will not pass by itself fail the step
    at once, with its one sentence."""
    try:
        yield
    except (LandingBusy, WarehouseBusy):
        raise
    except (LandingError, WarehouseError) as error:
        raise dg.Failure(str(error), allow_retries=False) from error
