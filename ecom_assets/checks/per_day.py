"""Check results by day, told to Dagster so that each day has its own, also in a run for many.

An `AssetCheckResult` of a run for a range of days is stored once, without a partition, and the days
show nothing. So each day's result is reported beside it. A day's result counts as current only with
the materialization it looked at, for which Dagster has a private name alone.
"""

import logging
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import dagster as dg
from dagster._core.definitions.asset_checks.asset_check_evaluation import (
    AssetCheckEvaluationTargetMaterializationData,
)

from ecom_assets.checks.many_events import store_events
from ecom_assets.partitions import materializations

FAILED_DAYS_SHOWN = 50
"""Days listed in the summary of a run; the others have their own entry all the same."""


@dataclass(frozen=True)
class DayResult:
    """What a check found for one day.

    Attributes:
        passed: whether the day is as it should be.
        description: one sentence with the counts and the limit.
        metadata: counts, limit and a sample, most important first.
        warn_only: a failure is worth a look, but wrong data does not follow from it.
    """

    passed: bool
    description: str
    metadata: Mapping[str, Any] = field(default_factory=dict)
    warn_only: bool = False

    @property
    def severity(self) -> dg.AssetCheckSeverity:
        """ERROR unless a failure only warns."""
        return dg.AssetCheckSeverity.WARN if self.warn_only else dg.AssetCheckSeverity.ERROR


def day_checks(
    partitions: dg.PartitionsDefinition, asset: str, descriptions: Mapping[str, str]
) -> list[dg.AssetCheckSpec]:
    """Checks on an asset that answer for each day; `descriptions` says by the name of each what
    must hold, and what a failure means."""
    return [
        dg.AssetCheckSpec(name, asset=asset, description=text, partitions_def=partitions)
        for name, text in descriptions.items()
    ]


ByDay = Mapping[date, DayResult]
"""The result of each day of the run."""

Results = Mapping[dg.AssetCheckKey, ByDay]
"""The results of each check."""


def results_on(asset: str, by_name: Mapping[str, ByDay]) -> Results:
    """The results of the checks on an asset, by their names."""
    return {dg.AssetCheckKey(dg.AssetKey(asset), name): found for name, found in by_name.items()}


def table(columns: Mapping[str, str], rows: Iterable[Sequence[Any]]) -> dg.MetadataValue:
    """Rows as the UI shows a table; of each column its type, `string` or `int`, by its name."""
    return dg.MetadataValue.table(
        [dg.TableRecord(dict(zip(columns, row, strict=True))) for row in rows],
        dg.TableSchema([dg.TableColumn(name, kind) for name, kind in columns.items()]),
    )


StepResult = dg.AssetCheckEvaluation | dg.Output[None]
"""What a step of checks yields."""


def check_results(
    context: dg.AssetCheckExecutionContext, specs: Sequence[dg.AssetCheckSpec], results: Results
) -> Iterator[StepResult]:
    """The results of a run, with every day's own result reported on the way.

    A run for one day has one result a check. A run for a range has each day's, and a summary. No
    check stops a run: what may not be published is held by the data (see `pipeline/audit.py`), so
    that a run of one day ends as one of many.
    """
    if context.has_partition_key:
        found = _of_days(context.instance, specs, results)
    else:  # a range, though it may be of one day
        report_days(context, specs, results)
        # As evaluations: for a result of a range Dagster would look for the version of the data of
        # all the days, which takes long, and fails where the days are named in the config.
        found = summaries(specs, results)
    for spec, evaluation in zip(specs, found, strict=True):
        yield evaluation
        yield dg.Output(None, output_name=spec.get_python_identifier())


def report_days(
    context: dg.AssetExecutionContext | dg.AssetCheckExecutionContext,
    specs: Sequence[dg.AssetCheckSpec],
    results: Results,
) -> None:
    """Report each day's result of each check as an evaluation of its own."""
    found = _of_days(context.instance, specs, results)
    events = [_event(context, evaluation) for evaluation in found]
    store_events(context.instance, context.run.run_id, events)


def summaries(
    specs: Sequence[dg.AssetCheckSpec], results: Results
) -> list[dg.AssetCheckEvaluation]:
    """The summary of each check over the days of a run."""
    return [_evaluation(spec, summary(results[spec.key])) for spec in specs]


def _of_days(
    instance: dg.DagsterInstance, specs: Sequence[dg.AssetCheckSpec], results: Results
) -> list[dg.AssetCheckEvaluation]:
    """Of each check each day's result, with the materialization that it looked at."""
    days = {spec.asset_key: results[spec.key] for spec in specs}
    latest = {asset: _latest_materializations(instance, asset, days[asset]) for asset in days}
    return [
        _evaluation(spec, result, day, latest[spec.asset_key].get(day))
        for spec in specs
        for day, result in sorted(results[spec.key].items())
    ]


def summary(by_day: Mapping[date, DayResult]) -> DayResult:
    """What a run for many days has to say of a check as a whole."""
    failed = {day: result for day, result in sorted(by_day.items()) if not result.passed}
    if not failed:
        return DayResult(
            True,
            f"All {len(by_day)} days passed.",
            {"days": str(len(by_day))},
            warn_only=all(result.warn_only for result in by_day.values()),
        )
    shown = [(str(day), result.description) for day, result in failed.items()][:FAILED_DAYS_SHOWN]
    listed = ", ".join(day for day, _ in shown) + (", …" if len(failed) > len(shown) else "")
    return DayResult(
        passed=False,
        description=f"{len(failed)} of {len(by_day)} days failed: {listed}",
        metadata={
            "days failed": str(len(failed)),
            "days": str(len(by_day)),
            "failed days": table({"event date": "string", "what failed": "string"}, shown),
        },
        warn_only=all(result.warn_only for result in failed.values()),
    )


def _evaluation(
    spec: dg.AssetCheckSpec,
    result: DayResult,
    day: date | None = None,
    target: AssetCheckEvaluationTargetMaterializationData | None = None,
) -> dg.AssetCheckEvaluation:
    return dg.AssetCheckEvaluation(
        asset_key=spec.asset_key,
        check_name=spec.name,
        passed=result.passed,
        severity=result.severity,
        # the run's log shows the description, and nothing else that would say of which day it is
        description=f"{day}: {result.description}" if day else result.description,
        metadata=result.metadata,
        partition=day.isoformat() if day else None,
        target_materialization_data=target,
    )


def _event(
    context: dg.AssetExecutionContext | dg.AssetCheckExecutionContext,
    evaluation: dg.AssetCheckEvaluation,
) -> dg.EventLogEntry:
    """A day's evaluation as an event of this run, as Dagster makes one when a step yields it; but
    what a step yields is stored one by one (see `many_events.py`)."""
    step = context.op_execution_context.op_def.name
    event = dg.DagsterEvent(
        event_type_value=dg.DagsterEventType.ASSET_CHECK_EVALUATION.value,
        job_name=context.run.job_name,
        step_key=step,
        event_specific_data=evaluation,
        message=f"{evaluation.check_name} {'passed' if evaluation.passed else 'failed'} for "
        f"{evaluation.description}",
    )
    return dg.EventLogEntry(  # type: ignore[no-untyped-call]
        error_info=None,
        level=logging.INFO,
        user_message="",
        run_id=context.run.run_id,
        timestamp=time.time(),
        step_key=step,
        job_name=context.run.job_name,
        dagster_event=event,
    )


def _latest_materializations(
    instance: dg.DagsterInstance, asset_key: dg.AssetKey, days: Iterable[date]
) -> Mapping[date, AssetCheckEvaluationTargetMaterializationData]:
    """The latest materialization of each day that has one."""
    left = {day.isoformat() for day in days}
    found: dict[date, AssetCheckEvaluationTargetMaterializationData] = {}
    for records in materializations(instance, asset_key, left):
        for record in records:
            if record.partition_key in left:
                left.remove(record.partition_key)
                found[date.fromisoformat(record.partition_key)] = (
                    AssetCheckEvaluationTargetMaterializationData(
                        storage_id=record.storage_id,
                        run_id=record.run_id,
                        timestamp=record.timestamp,
                    )
                )
    return found
