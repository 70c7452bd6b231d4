"""What a run sends to Snowflake, for one day and for a year; on the emulation of the tests."""

import json
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from typing import Any
from unittest import mock

from benchmarks.measure import run
from benchmarks.project import QUIET, SEED, day_range
from benchmarks.registry import PROJECT_ROOT, Bench, Figure, Room

FIRST = date(2025, 1, 1)
EVENTS = 20


def statements(room: Room) -> Sequence[Figure]:
    days = 30 if room.quick else 365

    def count(days: int) -> Any:
        command = [sys.executable, "-m", "benchmarks.rows.snowflake", str(days)]
        return run(command, folder=PROJECT_ROOT).said

    one, many = count(1), count(days)
    return [
        Figure(
            what,
            f"{many[what]} for {days} days",
            f"{one[what]} for one day",
            many[what] / one[what],
            1,
        )
        for what in ("statements", "round trips")
    ]


def count_for(days: int) -> dict[str, int]:
    """One run for that many days on S3 and Snowflake, emulated; statements and requests."""
    import dagster as dg

    from ecom_assets.definitions import build_definitions
    from ecom_assets.generator.day import generate_day
    from ecom_assets.settings import read_settings
    from ecom_assets_tests.support.stacks import environment, production

    with production() as servers, dg.DagsterInstance.ephemeral() as instance:
        place = servers.new_place()
        client = servers.s3.client()
        listed = day_range(FIRST, days)
        for day in listed:
            body = b"".join(generate_day(day, seed=SEED, rows=EVENTS))
            key = f"{place.prefix}/dt={day}/sales.jsonl"
            client.put_object(Bucket=place.bucket, Key=key, Body=body)
        said = environment(place, servers.new_database(place))
        settings = replace(read_settings(said), start_date=FIRST)
        before = len(servers.snowflake.statements)
        with _requests() as sent:
            result = (
                build_definitions(settings)
                .resolve_job_def("sales")
                .execute_in_process(
                    instance=instance,
                    tags={
                        "dagster/asset_partition_range_start": listed[0].isoformat(),
                        "dagster/asset_partition_range_end": listed[-1].isoformat(),
                    },
                    run_config=QUIET,
                )
            )
        assert result.success
        return {
            "statements": len(servers.snowflake.statements) - before,
            "round trips": len(sent),
        }


@contextmanager
def _requests() -> Iterator[list[str]]:
    """The HTTP requests of the Snowflake connector, as it makes them."""
    from snowflake.connector.vendored.requests.sessions import Session

    sent: list[str] = []
    send: Any = Session.send

    def noted(session: Any, request: Any, **options: Any) -> Any:
        sent.append(request.path_url.partition("?")[0])
        return send(session, request, **options)

    with mock.patch.object(Session, "send", noted):
        yield sent


BENCHES = [
    Bench(
        "snowflake",
        "Snowflake (emulated): statements and round trips of a run of 365 days",
        "of a run of 1 day",
        "equal",
        statements,
        f"A range run with {EVENTS} events a day, on the emulations of the tests; round trips are "
        "the HTTP requests of Snowflake's own connector.",
    )
]

if __name__ == "__main__":
    print(json.dumps(count_for(int(sys.argv[1]))))
