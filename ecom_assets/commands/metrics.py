"""`make metrics`: how the pipeline is, as Prometheus reads it.

    python -m ecom_assets.commands.metrics [--file /var/lib/node_exporter/ecom_assets.prom]

The numbers are those of the digest, and when they were taken. Into a file they are written in one
step, for node_exporter's textfile collector: run it every few minutes, and let an alert ask for
`time() - ecom_assets_metrics_time_seconds` as well, which grows where this is not run any more.
"""

import argparse
import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time
from functools import partial
from pathlib import Path

from ecom_assets.alerts.digest_sections import Section, all_sections
from ecom_assets.landing.folder import replace_file
from ecom_assets.landing.zone import LandingError
from ecom_assets.partitions import existing_days
from ecom_assets.pipeline.audit import counted_rows
from ecom_assets.settings import Settings, read_settings_or_exit
from ecom_assets.warehouse.contract import Purpose, Row, WarehouseError

PREFIX = "ecom_assets"


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the metrics, or write the file; exits with one sentence where they cannot be taken."""
    parser = argparse.ArgumentParser(
        prog="python -m ecom_assets.commands.metrics", description=__doc__
    )
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--file", type=Path, default=None)
    given = parser.parse_args(arguments)
    settings = read_settings_or_exit()
    try:
        text = "".join(told(settings))
        if given.file is None:
            print(text, end="")
        else:
            replace_file(given.file, [text.encode()])
    except (WarehouseError, LandingError) as error:
        sys.exit(f"ecom_assets: {error}")
    except OSError as error:
        sys.exit(f"ecom_assets: FILE={given.file} cannot be written ({error.strerror}).")


def told(settings: Settings) -> Sequence[str]:
    """The metrics, each as its lines."""
    import dagster as dg

    from ecom_assets.definitions import defs, landing_of, warehouse_of

    now = datetime.now(settings.reading.zone)
    days = existing_days(settings.start_date, settings.time_zone, now)
    quality: Sequence[Row] = []
    published: Sequence[Row] = []
    if days:
        log = partial(print, file=sys.stderr)
        with warehouse_of(settings).session(Purpose("metrics", "metrics"), log) as session:
            quality = session.run("staging/quality_by_day", **days.bounds)
            published = session.run("checks/published_totals", **days.bounds)
    with dg.DagsterInstance.get() as instance:
        sections = all_sections(
            instance,
            landing_of(settings),
            settings,
            days,
            quality,
            sensors=[each.name for each in defs.sensors or ()],
            schedules=[each.name for each in defs.schedules or ()],
            now=now,
        )
        at_work = instance.get_run_records(dg.RunsFilter(statuses=[dg.DagsterRunStatus.STARTED]))
        since = [record.start_time for record in at_work if record.start_time]
    last = max((row["event_date"] for row in published), default=None)
    return lines(sections, quality, last, since, now)


def lines(
    sections: Sequence[Section],
    quality: Sequence[Row],
    last_published: date | None,
    runs_since: Sequence[float],
    now: datetime,
) -> Sequence[str]:
    """The metrics as text, in Prometheus's exposition format.

    Args:
        sections: of the digest; each that counts something is a metric.
        quality: what staging says of the days.
        last_published: the last day that is in FACT_SALES.
        runs_since: when the runs at work began, in seconds since 1970.
        now: the moment.
    """
    counted = [counted_rows(row) for row in quality]
    rejects, sales = sum(one for one, _ in counted), sum(one for _, one in counted)
    values: Mapping[str, tuple[str, float]] = {
        "metrics_time_seconds": ("When these were taken.", now.timestamp()),
        **{
            f"{each.noun}s_{each.state}".replace(" ", "_"): (f"{each.heading}.", each.count)
            for each in sections
            if each.noun
        },
        "reject_rate": ("Share of rejects in the sales of all days.", rejects / (sales or 1)),
        "runs_at_work": ("Runs that have started and not ended.", len(runs_since)),
        "oldest_run_seconds": (
            "How long the oldest of them is at work.",
            now.timestamp() - min(runs_since, default=now.timestamp()),
        ),
    }
    if last_published:
        begins = datetime.combine(last_published, time(), UTC).timestamp()
        text = "The last event date in FACT_SALES, as its midnight in UTC."
        values = {**values, "last_published_day_seconds": (text, begins)}
    told = {f"{PREFIX}_{name}": of for name, of in values.items()}
    return [
        f"# HELP {name} {text}\n# TYPE {name} gauge\n{name} {value:.16g}\n"
        for name, (text, value) in told.items()
    ]


if __name__ == "__main__":
    main()
