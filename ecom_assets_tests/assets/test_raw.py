"""`raw_sales`: every line, once, in the file's present version."""

import gzip
import os
from datetime import date

import pytest

from ecom_assets.landing.folder import FolderZone
from ecom_assets.landing.zone import LandedFile
from ecom_assets_tests.conftest import DAY, Pipeline, event


def ledger(pipeline: Pipeline) -> list[tuple[str, int | None, bool]]:
    """File, row count and whether it is current, in order of loading."""
    rows = pipeline.query(
        "select source_filename, row_count, superseded_at is null "
        "from raw.raw_sales_files order by source_filename, loaded_at"
    )
    return [(name, count, current) for name, count, current in rows]


def test_the_same_day_twice_gives_the_same_rows(pipeline: Pipeline) -> None:
    pipeline.land("dt=2026-01-05/a.jsonl", [event(n) for n in range(20)] + ["broken"])
    assert pipeline.run().success
    before, raw = pipeline.tables(), pipeline.query("select count(*) from raw.raw_sales")
    assert pipeline.run().success
    assert pipeline.tables() == before
    assert pipeline.query("select count(*) from raw.raw_sales") == raw
    assert len(ledger(pipeline)) == 1


def test_a_rewritten_file_replaces_its_rows_and_the_old_ones_stay_for_audit(
    pipeline: Pipeline,
) -> None:
    pipeline.land("dt=2026-01-05/a.jsonl", [event(1), event(2)])
    pipeline.run()
    pipeline.land("dt=2026-01-05/a.jsonl", [event(3), event(4), event(5)])
    pipeline.run()
    name = "dt=2026-01-05/a.jsonl"
    assert ledger(pipeline) == [(name, 2, False), (name, 3, True)]
    assert pipeline.query("select count(*) from raw.raw_sales") == [(5,)]
    fact = pipeline.query("select event_id from analytics.fact_sales order by 1")
    assert fact == [("event-3",), ("event-4",), ("event-5",)]


def test_a_file_that_arrives_later_adds_its_rows(pipeline: Pipeline) -> None:
    pipeline.land("dt=2026-01-05/a.jsonl", [event(1)])
    pipeline.run()
    pipeline.land("dt=2026-01-05/b.jsonl", [event(2)])
    pipeline.run()
    assert pipeline.balance() == (2, 2, 0)
    assert pipeline.query("select count(*) from analytics.fact_sales") == [(2,)]


def test_a_vanished_file_keeps_its_rows(pipeline: Pipeline) -> None:
    path = pipeline.land("dt=2026-01-05/a.jsonl", [event(1)])
    pipeline.run()
    path.unlink()
    assert pipeline.run().success
    assert pipeline.balance() == (1, 1, 0)
    assert pipeline.query("select count(*) from analytics.fact_sales") == [(1,)]


def test_a_malformed_line_is_kept_with_its_text_file_and_line_number(pipeline: Pipeline) -> None:
    pipeline.land("dt=2026-01-05/a.jsonl", [event(1), '{"event_id": "x", ', event(2)])
    pipeline.run()
    assert pipeline.query(
        "select reason, raw, raw_text, source_filename, source_row_number "
        "from staging.stg_sales_rejects"
    ) == [("Malformed JSON", None, '{"event_id": "x", ', "dt=2026-01-05/a.jsonl", 2)]


def test_unknown_fields_stay_in_raw_and_break_nothing(pipeline: Pipeline) -> None:
    pipeline.land("dt=2026-01-05/a.jsonl", [event(1, coupon={"code": "X1"})])
    pipeline.run()
    assert pipeline.balance() == (1, 1, 0)
    assert pipeline.query("select raw ->> '$.coupon.code' from raw.raw_sales") == [("X1",)]


def test_compressed_files_are_loaded_like_others(pipeline: Pipeline) -> None:
    pipeline.land("dt=2026-01-05/a.jsonl.gz", [event(1), event(2)])
    pipeline.run()
    assert pipeline.balance() == (2, 2, 0)


def test_a_damaged_file_holds_its_day_and_no_other_and_heals_when_replaced(
    pipeline: Pipeline,
) -> None:
    pipeline.land("dt=2026-01-05/a.jsonl", [event(1)])
    whole = gzip.compress(b'{"event_id": "z"}\n' * 50_000)
    pipeline.land("dt=2026-01-05/b.jsonl.gz", b"")
    (pipeline.folder / "dt=2026-01-05/b.jsonl.gz").write_bytes(whole[:-20])
    pipeline.land("dt=2026-01-06/a.jsonl", [event(2, event_ts="2026-01-06")])
    pipeline.run(DAY, date(2026, 1, 6))
    assert pipeline.query("select event_id from analytics.fact_sales") == [("event-2",)]
    assert pipeline.balance() == (1, 1, 0), "no line of the damaged file, all of the other"
    results = pipeline.evaluations("raw_sales", "files_loaded")
    assert not results["2026-01-05"].passed
    assert results["2026-01-06"].passed
    pipeline.land("dt=2026-01-05/b.jsonl.gz", [event(3)])
    assert pipeline.run().success
    assert pipeline.query("select count(*) from analytics.fact_sales") == [(3,)]


def test_a_file_rewritten_while_it_is_listed_is_listed_again(
    pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = pipeline.land("dt=2026-01-05/a.jsonl", [event(1)])
    opened = FolderZone.open
    calls = []

    def rewrite_before_the_first_open(zone: FolderZone, file: LandedFile) -> object:
        calls.append(file)
        if len(calls) == 1:
            pipeline.land("dt=2026-01-05/a.jsonl", [event(1), event(2)])
            os.utime(path, ns=(1, 1))
        return opened(zone, file)

    monkeypatch.setattr(FolderZone, "open", rewrite_before_the_first_open)
    assert pipeline.run().success
    assert pipeline.balance() == (2, 2, 0)


def test_an_empty_day_is_a_success_with_zero_rows_and_a_warning(pipeline: Pipeline) -> None:
    pipeline.land("dt=2026-01-04/a.jsonl", [event(1, event_ts="2026-01-04")])
    assert pipeline.run(date(2026, 1, 4), DAY).success
    assert pipeline.materialized("fact_sales") == {"2026-01-04", "2026-01-05"}
    result = pipeline.evaluations("raw_sales", "not_empty")
    assert result["2026-01-04"].passed
    assert not result["2026-01-05"].passed
    assert result["2026-01-05"].severity.value == "WARN"
    assert pipeline.query(
        "select raw_rows, publishable from staging.sales_quality where event_date = '2026-01-05'"
    ) == [(0, True)]


def test_a_vanished_file_is_dropped_where_the_setting_says_so(pipeline: Pipeline) -> None:
    """v1.jsonl is replaced by v2.jsonl: the same ids, and other prices."""
    pipeline.configure(vanished_files="drop")
    old = pipeline.land("dt=2026-01-05/v1.jsonl", [event(n, total_amount=250) for n in (1, 2)])
    pipeline.run()
    old.unlink()
    pipeline.land("dt=2026-01-05/v2.jsonl", [event(n, total_amount=695) for n in (1, 2)])
    assert pipeline.run().success
    assert pipeline.query("select sum(total_amount) from analytics.fact_sales") == [(1390,)]
    assert pipeline.balance() == (2, 2, 0)
    assert pipeline.latest_metadata("raw_sales")["files dropped"].value == 1
    assert ledger(pipeline) == [
        ("dt=2026-01-05/v1.jsonl", 2, False),
        ("dt=2026-01-05/v2.jsonl", 2, True),
    ]
    assert pipeline.query("select count(*) from raw.raw_sales") == [(4,)], "RAW keeps all for audit"
    assert pipeline.evaluations("raw_sales", "files_present")["2026-01-05"].passed


def test_the_last_file_of_a_day_is_dropped_and_other_days_keep_theirs(pipeline: Pipeline) -> None:
    pipeline.configure(vanished_files="drop")
    gone = pipeline.land("dt=2026-01-05/a.jsonl", [event(1)])
    pipeline.land("dt=2026-01-06/a.jsonl", [event(2, event_ts="2026-01-06")])
    pipeline.run(DAY, date(2026, 1, 6))
    gone.unlink()
    pipeline.run(DAY)
    assert pipeline.query("select event_id from analytics.fact_sales") == [("event-2",)]


def test_a_listing_that_fails_or_finds_nothing_at_all_drops_nothing(pipeline: Pipeline) -> None:
    pipeline.configure(vanished_files="drop")
    pipeline.land("dt=2026-01-05/a.jsonl", [event(1)])
    pipeline.run()
    away = pipeline.folder.rename(pipeline.folder.with_name("away"))
    pipeline.folder.write_text("no folder")
    assert not pipeline.run().success
    pipeline.folder.unlink()
    pipeline.folder.mkdir()  # a disk that is not mounted
    assert pipeline.run().success
    assert pipeline.balance() == (1, 1, 0)
    pipeline.folder.rmdir()
    away.rename(pipeline.folder)
