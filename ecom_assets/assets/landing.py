"""`sales_files`: each day's batch of files as it lies in the landing zone.

With a synthetic source a day without files gets a generated batch. What is in the files is not
looked at here.
"""

import math
from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

import dagster as dg
from pydantic import Field

from ecom_assets.assets.tables import OWNERS
from ecom_assets.checks.per_day import table
from ecom_assets.landing.passed_over import PassedOver, of_another_suffix, outside
from ecom_assets.landing.zone import (
    SUFFIXES,
    LandedFile,
    LandingZone,
    day_of,
    folder_of,
    manifest_version,
)
from ecom_assets.model import sales
from ecom_assets.partitions import (
    BACKFILL_POLICY,
    EventDays,
    days_text,
    existing_days,
    start_of,
)
from ecom_assets.settings import Source
from ecom_assets.steps import RETRY_POLICY, fail_permanent_errors_at_once

GENERATED_FILE = "sales.jsonl"
MOST_EVENTS = 10_000_000
"""A day: some 4 GB, written by one process in minutes."""
LISTED_FILES = 50
"""Files a day shown in the metadata; a manifest of thousands would not fit on the page."""


class GeneratorConfig(dg.Config):
    """How a generated batch looks. Used only with ECOM_SOURCE=synthetic, for days without files.

    Limits are looked at by `wrong`: pydantic's would be told in its own words, with a link.
    """

    events_per_day: int = Field(
        default=2_000,
        description="Sale events on an average day; weekends have more. "
        f"From 0 to {MOST_EVENTS:,}.",
    )
    defect_share: float = Field(
        default=0.05, description="Share of lines that break a quality rule, from 0 to 1."
    )
    seed: int = Field(
        default=1, description="Another seed makes another shop; the same one the same bytes."
    )
    overwrite: bool = Field(
        default=False,
        description="Generate again for days that already have a generated file. "
        "Other files are never touched.",
    )

    @property
    def wrong(self) -> list[str]:
        """What is out of range, a phrase each."""
        limits = {"events_per_day": MOST_EVENTS, "defect_share": 1}
        return [
            f"{name} is {getattr(self, name)}, but it must be from 0 to {most:,}"
            for name, most in limits.items()
            if not 0 <= getattr(self, name) <= most
        ]


def build_sales_files(
    partitions: dg.DailyPartitionsDefinition, source: Source, url: str
) -> dg.AssetsDefinition:
    """The asset `sales_files`, whose landing zone is at `url`, for people."""

    @dg.asset(
        name="sales_files",
        partitions_def=partitions,
        backfill_policy=BACKFILL_POLICY,
        group_name="landing",
        kinds={"s3" if url.startswith("s3://") else "file", "json"},
        owners=OWNERS,
        retry_policy=RETRY_POLICY,
        description="The day's files of sale events, as they lie in the landing zone.\n\n"
        f"JSON lines, {', '.join(f'`*{suffix}`' for suffix in SUFFIXES)}, below "
        f"`{folder_of(date(2026, 1, 1))}/`. Its data version changes only when the files do. "
        "Files that are passed over are counted and named: those of another suffix with their day, "
        "those outside of the days' folders with the last day of a run. "
        + (
            "A day without files gets a generated batch (`ECOM_SOURCE=synthetic`)."
            if source == "synthetic"
            else "Files come from elsewhere and are never written (`ECOM_SOURCE=external`)."
        ),
        metadata={"dagster/uri": url},
    )
    def sales_files(
        context: dg.AssetExecutionContext,
        config: GeneratorConfig,
        landing: dg.ResourceParam[LandingZone],
    ) -> Iterator[dg.MaterializeResult[Any] | dg.AssetMaterialization]:
        days = EventDays.of(context)
        if wrong := config.wrong:
            raise dg.Failure(
                f"In the Launchpad, {'; '.join(wrong)}: nothing was read or written. Start the run "
                "again with another value.",
                allow_retries=False,
            )
        start, time_zone = start_of(context)
        there_are = existing_days(start, time_zone, datetime.now(UTC)) or days
        with fail_permanent_errors_at_once():
            if source == "synthetic":
                generate_missing(landing, days, config, context, time_zone)
            elif config != GeneratorConfig():
                context.log.warning(
                    "The settings of the Launchpad are ignored: with ECOM_SOURCE=external nothing "
                    "is generated."
                )
            scan = landing.scan(days.first, days.last, math.inf)
            elsewhere = outside(landing, start, there_are.last + timedelta(days=1))
        listed = scan.files
        batches = {day: [f for f in listed if f.day == day] for day in days.days}
        others: dict[date | None, list[str]] = defaultdict(list)
        for name in scan.others:
            others[day_of(name.partition("/")[0])].append(name)
        passed_over = {day: of_another_suffix(others[day]) for day in days.days}
        passed_over[days.last] |= elsewhere
        if lines := (of_another_suffix(scan.others) | elsewhere).lines():
            context.log.warning(f"Passed over: {'; '.join(lines.values())}")
        context.log.info(
            f"{len(listed)} files of {days.count} days in {landing.url}; "
            f"{sum(not files for files in batches.values())} days have none"
        )
        if days.count == 1:
            files = batches[days.first]
            yield dg.MaterializeResult(
                metadata=_manifest(files, passed_over[days.first]),
                data_version=dg.DataVersion(manifest_version(files)),
            )
            return
        yield dg.MaterializeResult()
        # Dagster gives all days of a run one data version. The day's own follows, so that a
        # later look at an unchanged day finds it unchanged.
        for day, files in batches.items():
            yield dg.AssetMaterialization(
                "sales_files",
                partition=day.isoformat(),
                metadata=_manifest(files, passed_over[day]),
                tags={"dagster/data_version": manifest_version(files)},
            )

    return sales_files


def generate_missing(
    landing: LandingZone,
    days: EventDays,
    config: GeneratorConfig,
    context: dg.AssetExecutionContext,
    time_zone: str,
) -> None:
    """Write a generated batch for each day that has no files, and say which have some."""
    from ecom_assets.generator.day import expected_rows, generate_day

    listed = landing.list_files(days.first, days.last)
    kept: dict[bool, list[date]] = {True: [], False: []}
    for day in days.days:
        name = f"{folder_of(day)}/{GENERATED_FILE}"
        there = {file.name for file in listed if file.day == day}
        if there and not (config.overwrite and name in there):
            kept[name in there].append(day)
            continue
        rows = expected_rows(day, average=config.events_per_day, seed=config.seed)
        blocks = generate_day(
            day,
            seed=config.seed,
            rows=rows,
            defect_share=config.defect_share,
            rules=sales.SALES.rules,
            time_zone=time_zone,
        )
        landing.write(name, blocks)
        context.log.info(f"generated {rows} events: {name}")
    follows = {
        True: "overwrite: true generates them again",
        False: "they come from elsewhere, and are never overwritten",
    }
    for is_generated, of in kept.items():
        if of:
            have = "has" if len(of) == 1 else "have"
            context.log.info(
                f"{days_text(of)} {have} files already: nothing generated; {follows[is_generated]}"
            )


def _manifest(files: Sequence[LandedFile], others: PassedOver) -> dict[str, dg.MetadataValue]:
    named = {"file": "string", "why": "string"}
    shown = list(others.why.items())[:LISTED_FILES]
    return {
        "files": dg.MetadataValue.int(len(files)),
        "bytes": dg.MetadataValue.int(sum(file.size for file in files)),
        "files passed over": dg.MetadataValue.int(len(others.why)),
        **(
            {"passed over": table(named, [(name, str(why)) for name, why in shown])}
            if shown
            else {}
        ),
        "manifest": table(
            {"file": "string", "bytes": "int", "last modified (UTC)": "string", "etag": "string"},
            [
                (file.name, file.size, file.last_modified.isoformat(sep=" "), file.etag)
                for file in files[:LISTED_FILES]
            ],
        ),
    }
