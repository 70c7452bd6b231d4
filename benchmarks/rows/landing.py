"""A hundred thousand files in the landing zone: what a look at them costs beside listing alone."""

import os
import time
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from statistics import median

import dagster as dg

from benchmarks.project import Shop, day_range
from benchmarks.registry import Bench, Figure, Room
from ecom_assets.landing.folder import FolderZone
from ecom_assets.landing.zone import manifest_version
from ecom_assets.partitions import EventDays
from ecom_assets.settings import Settings
from ecom_assets.triggers.arrivals import (
    FILES_A_TICK,
    HOT_DAYS,
    Cursor,
    build_arrivals,
)
from ecom_assets.triggers.survey import Pieces, look_at

DAYS = 100
TIMES = 9


def look_at_files(room: Room) -> Sequence[Figure]:
    yesterday = datetime.now(UTC).date() - timedelta(days=1)
    days = day_range(yesterday - timedelta(days=DAYS - 1), DAYS)
    folder = room.new_folder("files")
    shop = Shop(folder, folder / "landing", days[0])
    land_files(shop.landing, days, 100 if room.quick else 1_000)
    zone = FolderZone(shop.landing)
    with instance_of(shop) as instance:
        take_in(instance, zone, days)
        sensor = build_arrivals(Settings(source="external", start_date=days[0]))
        cursor = Cursor(days[40], {}).write()

        def tick() -> None:
            context = dg.build_sensor_context(instance, cursor, resources={"landing": zone})
            done = sensor(context)
            assert isinstance(done, dg.SensorResult)
            assert not done.run_requests, "all files were taken in"

        def listing() -> None:
            partitions = EventDays(days[0], days[-1])
            look_at(zone, partitions, Pieces(HOT_DAYS, days[40], FILES_A_TICK))

        last = days[-1]
        return [
            _beside("a sensor tick", tick, listing),
            _beside(
                "a day's listing",
                lambda: zone.list_files(last, last),
                lambda: bare_listing(shop.landing / f"dt={last}"),
            ),
        ]


def land_files(landing: Path, days: Sequence[date], files: int) -> None:
    """That many small files a day, an hour old."""
    an_hour_ago = time.time() - 3600
    for day in days:
        folder = landing / f"dt={day}"
        folder.mkdir(parents=True)
        for number in range(files):
            path = folder / f"part-{number:05}.jsonl"
            path.write_bytes(b"{}\n")
            os.utime(path, (an_hour_ago, an_hour_ago))


def instance_of(shop: Shop) -> dg.DagsterInstance:
    """The shop's Dagster instance."""
    return dg.DagsterInstance.from_config(shop.environment()["DAGSTER_HOME"])


def take_in(instance: dg.DagsterInstance, zone: FolderZone, days: Sequence[date]) -> None:
    """Tell Dagster that the files of these days were taken in."""
    for day in days:
        version = manifest_version(zone.list_files(day, day))
        instance.report_runless_asset_event(
            dg.AssetMaterialization(
                "sales_files",
                partition=day.isoformat(),
                tags={"dagster/data_version": version},
            )
        )


def bare_listing(folder: Path) -> list[tuple[str, int, int]]:
    """Name, size and time of change of a folder's files, with nothing done about them."""
    return [
        (entry.name, stat.st_size, stat.st_mtime_ns)
        for entry in os.scandir(folder)
        if (stat := entry.stat())
    ]


def _beside(what: str, ours: Callable[[], object], theirs: Callable[[], object]) -> Figure:
    pairs = [(_milliseconds(ours), _milliseconds(theirs)) for _ in range(TIMES)]
    first, second = (median(side) for side in zip(*pairs, strict=True))
    ratio = median(one / other for one, other in pairs)
    return Figure(what, f"{first:.1f} ms", f"{second:.1f} ms", ratio, 1.5)


def _milliseconds(call: Callable[[], object]) -> float:
    start = time.perf_counter()
    call()
    return 1_000 * (time.perf_counter() - start)


BENCHES = [
    Bench(
        "landing",
        "100,000 files in the landing zone: a sensor tick, and a day's listing",
        "listing alone",
        "≤ 1.5 ×",
        look_at_files,
        f"{DAYS} days of 1,000 files each, all taken in, on a local disk. The tick beside listing "
        "the files that it looks at (3 days and 10,000 older files); a day's listing beside "
        "`os.scandir` with the size and time of each file.",
        "a day's listing makes a record of each file, sorts them and passes links by; asking the "
        "disk for each file is more than half of it.",
        means=(
            "a day of a thousand files is listed in thousandths of a second; each run does it once."
        ),
    )
]
