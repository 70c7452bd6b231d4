"""Settings: right ones are read, wrong ones are refused with one sentence."""

import os
import shutil
import subprocess
import sys
from datetime import date
from decimal import Decimal
from pathlib import Path
from zoneinfo import available_timezones

import duckdb
import pytest

from ecom_assets.model.reading import Reading
from ecom_assets.settings import (
    PROJECT_ROOT,
    S3Url,
    SettingsError,
    read_settings,
    read_settings_or_exit,
)


def test_nothing_needs_to_be_set() -> None:
    settings = read_settings({})
    assert settings.landing == PROJECT_ROOT / "data/landing"
    assert settings.source == "synthetic"
    assert settings.duckdb_path == PROJECT_ROOT / "data/warehouse.duckdb"
    assert settings.start_date == date(2026, 1, 1)
    assert settings.late_days == 0
    assert (settings.reject_rate_warn, settings.reject_rate_error) == (
        Decimal("0.10"),
        Decimal("0.30"),
    )
    assert settings.hide_values is False


def test_in_a_checkout_nothing_is_said_of_where_data_goes(
    capsys: pytest.CaptureFixture[str],
) -> None:
    read_settings_or_exit()
    assert capsys.readouterr().err == ""


def test_a_relative_path_is_relative_to_the_project_wherever_the_command_is_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert read_settings({"ECOM_LANDING": "files"}).landing == PROJECT_ROOT / "files"
    assert read_settings({"ECOM_LANDING": str(tmp_path)}).landing == tmp_path


@pytest.mark.parametrize("home", [None, "home"])
def test_an_installed_package_keeps_no_data_among_the_packages(
    tmp_path: Path, home: str | None
) -> None:
    packages, folder = tmp_path / "packages", tmp_path / "work"
    shutil.copytree(
        PROJECT_ROOT / "ecom_assets",
        packages / "ecom_assets",
        ignore=shutil.ignore_patterns("__pycache__"),
    )
    folder.mkdir()
    print_them = (
        "import logging, sys; logging.basicConfig(level='INFO', stream=sys.stderr); "
        "from ecom_assets.settings import read_settings_or_exit; s = read_settings_or_exit(); "
        "print(s.landing, s.duckdb_path, s.reports, sep='\\n'); import ecom_assets.definitions"
    )
    outside = {name: value for name, value in os.environ.items() if not name.startswith("ECOM_")}
    outside |= {"PYTHONPATH": str(packages), "DAGSTER_HOME": str(tmp_path / home) if home else ""}
    (tmp_path / (home or "work") / ".env").parent.mkdir(exist_ok=True)
    (tmp_path / (home or "work") / ".env").write_text("ECOM_DUCKDB_PATH=w.duckdb\n")
    done = subprocess.run(
        [sys.executable, "-c", print_them],
        cwd=folder,
        env=outside,
        capture_output=True,
        text=True,
        check=True,
    )
    base = tmp_path / (home or "work")
    files, warehouse, report = done.stdout.split()
    assert [files, warehouse, report] == [
        f"{base}/{one}" for one in ("data/landing", "w.duckdb", "data/reports")
    ]
    said = (
        "Installed without a checkout, so relative paths and .env belong to "
        f"{'DAGSTER_HOME' if home else 'the working folder'}, {base}: files {files}, warehouse "
        f"{warehouse}, report {report}."
    )
    assert done.stderr.splitlines() == [
        f"ecom_assets: {said}",  # a command
        f"INFO:dagster.ecom_assets:{said}",  # the code location
    ]


def test_a_dotenv_file_is_read_and_the_environment_wins(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ".env").write_text("ECOM_LATE_DAYS=2\nECOM_START_DATE=2025-01-01\n")
    monkeypatch.setenv("ECOM_LATE_DAYS", "3")
    monkeypatch.delenv("ECOM_START_DATE", raising=False)
    settings = read_settings(dotenv=tmp_path / ".env")
    assert settings.late_days == 3
    assert settings.start_date == date(2025, 1, 1)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"ECOM_LATE_DAYS=2\nhello there\n", r".env, line 2, is no NAME=value"),
        (b"# a comment\n\nECOM_LATE_DAYS\n", r".env, line 3, is no NAME=value"),
        (b"ECOM_LATE_DAYS='2\n", r".env, line 1, is no NAME=value"),
        (b"ECOM_LATE_DAYS=2 # \xe9\n", r".env is no UTF-8: save it anew, as UTF-8 text"),
        (b"ECOM_LATE_DAY=2\n", r"ECOM_LATE_DAY is set, but .*, such as ECOM_LATE_DAYS\."),
    ],
)
def test_a_dotenv_file_that_is_none_is_one_sentence(
    content: bytes, says: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("ECOM_LATE_DAYS", raising=False)
    (tmp_path / ".env").write_bytes(content)
    with pytest.raises(SettingsError, match=says):
        read_settings(dotenv=tmp_path / ".env")
    (tmp_path / ".env").write_bytes(b"\xef\xbb\xbfexport ECOM_LATE_DAYS=2\n\nOTHER='x y' # why\n")
    assert read_settings(dotenv=tmp_path / ".env").late_days == 2


def test_a_name_that_is_no_setting_is_one_sentence() -> None:
    for name, near in (("ECOM_LANDNG", "ECOM_LANDING"), ("ECOM_TIME_ZONE", "ECOM_TIMEZONE")):
        with pytest.raises(SettingsError, match=f"^{name} is set, but there is no .* {near}\\.$"):
            read_settings({name: "x"})
    for name in ("ECOM_IMAGE_TAG", "ECOM_TEST_STEP", "SNOWFLAKE_HOME", "ECOMMERCE"):
        read_settings({name: "x"})


def test_the_shop_s_time_zone_is_part_of_how_lines_are_read() -> None:
    assert read_settings({}).reading.time_zone == "UTC"
    for zone in ("America/New_York", "Australia/Sydney", "UTC"):
        settings = read_settings({"ECOM_TIMEZONE": zone})
        assert settings.reading.time_zone == zone
        assert settings.reading.zone.key == zone
    of_utc, of_sydney = (
        read_settings({"ECOM_TIMEZONE": zone}).limits for zone in ("UTC", "Australia/Sydney")
    )
    assert of_utc.rules_version != of_sydney.rules_version


def test_every_time_zone_that_may_be_set_is_one_to_duckdb() -> None:
    known = duckdb.execute("select name from pg_timezone_names()").fetchall()
    assert available_timezones() - {"localtime"} <= {name for (name,) in known}


def test_lines_are_read_by_one_mapping_or_by_the_first_whose_pattern_matches(
    tmp_path: Path,
) -> None:
    assert read_settings({}).reading == Reading()
    assert read_settings({"ECOM_MAPPING": "sale_line"}).reading.mappings[0][1].is_plain
    assert read_settings({"ECOM_MAPPING": "sale_line"}).reading.version == Reading().version
    one = read_settings({"ECOM_MAPPING": "shopify_order"}).reading
    assert [(pattern, mapping.name) for pattern, mapping in one.mappings] == [
        ("*", "shopify_order")
    ]
    mine = tmp_path / "mine.toml"
    needed = ("event_id", "event_ts", "quantity", "total_amount", "currency")
    mine.write_text("[fields]\n" + "".join(f'{name} = ".{name}"\n' for name in needed))
    said = f"  shopify/*=shopify_order\tpay?/a=b.jsonl={mine} "
    several = read_settings({"ECOM_MAPPING": said}).reading
    assert [(pattern, mapping.name) for pattern, mapping in several.mappings] == [
        ("shopify/*", "shopify_order"),
        ("pay?/a=b.jsonl", "mine"),
    ]


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("shopfiy", "ECOM_MAPPING: There is no mapping 'shopfiy': it must be sale_line, "),
        ("no/such.toml", "such.toml cannot be read (No such file or directory)."),
        ("shopify_order woocommerce_order", "ECOM_MAPPING holds 'shopify_order' among others"),
        ("a/*=shopify_order b", "ECOM_MAPPING holds 'b' among others, but it must be one mapping"),
        ("=shopify_order", "ECOM_MAPPING holds '=shopify_order' among others"),
        ("~nobodyx/x.toml", "x.toml cannot be read (No such file or directory)."),
        ("a b/x.toml", "a path there has no blanks."),
        ("a/*=shopify_order b/*=shopify_order", "a mapping with a version named shopify_order"),
        ("a/*=", "ECOM_MAPPING: There is no mapping ''"),
    ],
)
def test_a_wrong_mapping_is_told(said: str, told: str) -> None:
    with pytest.raises(SettingsError) as error:
        read_settings({"ECOM_MAPPING": said})
    assert told in str(error.value)
    assert "\n" not in str(error.value)


def test_two_mappings_have_two_names(tmp_path: Path) -> None:
    needed = ("event_id", "event_ts", "quantity", "total_amount", "currency")
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        text = "".join(f'{name} = ".{folder}.{name}"\n' for name in needed)
        (tmp_path / folder / "shop.toml").write_text(f"[fields]\n{text}")
    said = f"a/*={tmp_path}/a/shop.toml b/*={tmp_path}/b/shop.toml"
    with pytest.raises(SettingsError, match=r"two different mappings named shop .* rename"):
        read_settings({"ECOM_MAPPING": said})
    twice = f"a/*={tmp_path}/a/shop.toml b/*={tmp_path}/a/shop.toml"
    assert len(read_settings({"ECOM_MAPPING": twice}).reading.mappings) == 2


def test_an_empty_value_is_no_value() -> None:
    assert read_settings({"ECOM_LATE_DAYS": " "}).late_days == 0


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("ECOM_SOURCE", "magic", "synthetic or external"),
        ("ECOM_WAREHOUSE", "oracle", "duckdb or snowflake"),
        ("ECOM_WAREHOUSE", "snowflake", "Snowflake cannot read a local folder"),
        ("ECOM_LANDING", "gs://bucket/prefix", "a folder, or s3://bucket/prefix"),
        ("ECOM_LANDING", "s3://Bucket_", "a folder, or s3://bucket/prefix"),
        ("ECOM_LANDING", "s3://bucket/a//b", "without empty parts"),
        ("ECOM_DUCKDB_MEMORY_LIMIT", "4", "an amount of memory, such as 4GB or 512MB"),
        ("ECOM_DUCKDB_MEMORY_LIMIT", "80%", "an amount of memory, such as 4GB or 512MB"),
        ("ECOM_START_DATE", "01.02.2026", "a date such as 2026-01-01"),
        ("ECOM_START_DATE", "1767225600", "a date such as 2026-01-01"),
        ("ECOM_START_DATE", "2026-02-30", "a date such as 2026-01-01"),
        ("ECOM_TIMEZONE", "New York", "the IANA name of a time zone, such as Europe/Berlin or UTC"),
        ("ECOM_TIMEZONE", "europe/berlin", "the IANA name of a time zone"),
        ("ECOM_TIMEZONE", "+02:00", "the IANA name of a time zone"),
        ("ECOM_TIMEZONE", "CEST", "the IANA name of a time zone"),
        ("ECOM_TIMEZONE", "localtime", "the IANA name of a time zone"),
        ("ECOM_TIMEZONE", "../../etc/localtime", "the IANA name of a time zone"),
        ("ECOM_DAILY_AT", "25:00", "a time of day from 00:00 to 23:59, such as 01:00"),
        ("ECOM_DAILY_AT", "1", "a time of day from 00:00 to 23:59, such as 01:00"),
        ("ECOM_DAILY_AT", "01:00 CET", "a time of day from 00:00 to 23:59, such as 01:00"),
        ("ECOM_VANISHED_FILES", "forget", "keep or drop"),
        ("ECOM_LATE_DAYS", "-1", "a whole number from 0 to 31"),
        ("ECOM_LATE_DAYS", "32", "a whole number from 0 to 31"),
        ("ECOM_LATE_DAYS", "1.0", "a whole number from 0 to 31"),
        ("ECOM_LATE_DAYS", "1.5", "a whole number from 0 to 31"),
        ("ECOM_LATE_DAYS", "٣", "a whole number from 0 to 31"),
        ("ECOM_REJECT_RATE_WARN", "10%", "a share from 0 to 1"),
        ("ECOM_REJECT_RATE_ERROR", "nan", "a share from 0 to 1"),
        ("ECOM_REJECT_RATE_ERROR", "0.05", "must not be above"),
        ("ECOM_HIDE_VALUES", "maybe", "true or false"),
        ("ECOM_REPORTS", "ftp://reports", "a folder, or s3://bucket/prefix"),
        ("ECOM_REPOSITORY", "git@github.com:some/shop", "a repository's web address"),
    ],
)
def test_a_wrong_value_is_named_with_what_it_holds_and_should_hold(
    name: str, value: str, expected: str
) -> None:
    with pytest.raises(SettingsError) as error:
        read_settings({name: value})
    message = str(error.value)
    assert name in message
    assert value in message
    assert expected in message
    assert "\n" not in message


def test_a_wrong_setting_stops_the_start_without_a_traceback() -> None:
    result = subprocess.run(
        [sys.executable, "-m", "ecom_assets.settings"],
        env={"ECOM_LATE_DAYS": "soon", "PATH": ""},
        capture_output=True,
        text=True,
        cwd=PROJECT_ROOT,
        check=False,
    )
    assert result.returncode == 1
    assert result.stderr == (
        "ecom_assets: ECOM_LATE_DAYS holds 'soon', but it must be a whole number from 0 to 31.\n"
    )


SNOWFLAKE = {
    "ECOM_WAREHOUSE": "snowflake",
    "ECOM_LANDING": "s3://bucket/prefix/",
    "SNOWFLAKE_ACCOUNT": "org-account",
    "SNOWFLAKE_USER": "ECOM_LOADER",
    "SNOWFLAKE_ROLE": "ECOM_LOADER",
    "SNOWFLAKE_WAREHOUSE": "ECOM",
    "SNOWFLAKE_DATABASE": "ECOM",
    "SNOWFLAKE_PASSWORD": "s3cret",
}


def test_s3_and_snowflake() -> None:
    settings = read_settings(SNOWFLAKE)
    assert settings.engine == "snowflake"
    assert settings.landing == S3Url("bucket", "prefix")
    assert str(settings.landing) == "s3://bucket/prefix"
    assert settings.source == "external", "nobody's bucket is written to unless it is asked for"
    assert read_settings({"ECOM_LANDING": "s3://bucket"}).landing == S3Url("bucket", "")
    assert read_settings({"ECOM_LANDING": "s3://bucket"}).engine == "duckdb"


def test_the_report_lies_next_to_the_data_unless_it_is_told_where(tmp_path: Path) -> None:
    assert read_settings({}).reports == PROJECT_ROOT / "data/reports"
    assert read_settings({"ECOM_LANDING": str(tmp_path / "in")}).reports == tmp_path / "reports"
    for landing, reports in (("bucket/a/b", "bucket/a/b/reports"), ("bucket", "bucket/reports")):
        settings = read_settings({"ECOM_LANDING": f"s3://{landing}"})
        assert str(settings.reports) == f"s3://{reports}"
        assert isinstance(settings.reports, S3Url)
    told = {"ECOM_LANDING": "s3://bucket/a", "ECOM_REPORTS": str(tmp_path)}
    assert read_settings(told).reports == tmp_path
    assert read_settings({"ECOM_REPORTS": "s3://other/web"}).reports == S3Url("other", "web")


def test_a_repository_is_a_web_address() -> None:
    assert read_settings({}).repository is None
    told = {"ECOM_REPOSITORY": "https://github.com/some/shop.git"}
    assert read_settings(told).repository == "https://github.com/some/shop"


def test_secrets_are_in_no_text_of_the_settings(tmp_path: Path) -> None:
    key = tmp_path / "key.p8"
    key.write_text("-----")
    settings = read_settings(
        {
            **SNOWFLAKE,
            "SNOWFLAKE_PRIVATE_KEY_PATH": str(key),
            "SNOWFLAKE_PRIVATE_KEY_PASSPHRASE": "s3cret",
        }
    )
    assert settings.snowflake is not None
    assert settings.snowflake.private_key_path == key
    assert settings.snowflake.private_key_passphrase == settings.snowflake.password == "s3cret"
    assert "s3cret" not in repr(settings)


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("SNOWFLAKE_ACCOUNT", "", "SNOWFLAKE_ACCOUNT is not set"),
        ("SNOWFLAKE_USER", "", "SNOWFLAKE_USER is not set"),
        ("SNOWFLAKE_ROLE", "", "SNOWFLAKE_ROLE is not set"),
        ("SNOWFLAKE_WAREHOUSE", "", "SNOWFLAKE_WAREHOUSE is not set"),
        ("SNOWFLAKE_DATABASE", "", "SNOWFLAKE_DATABASE is not set"),
        ("SNOWFLAKE_PASSWORD", "", "SNOWFLAKE_PRIVATE_KEY_PATH is not set"),
        ("SNOWFLAKE_PRIVATE_KEY_PATH", "no/such.p8", "the path of a file that exists"),
        ("SNOWFLAKE_PORT", "https", "a port number"),
        ("SNOWFLAKE_PORT", "65536", "a port number"),
        ("SNOWFLAKE_HOST", "https://host", "the name of a host and no more"),
        ("SNOWFLAKE_PROTOCOL", "ftp", "https or http"),
    ],
)
def test_what_snowflake_lacks_is_named(name: str, value: str, expected: str) -> None:
    with pytest.raises(SettingsError, match=expected):
        read_settings({**SNOWFLAKE, name: value})


SLACK = "slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ"


def test_alert_urls_are_separated_by_blanks_and_shown_nowhere() -> None:
    settings = read_settings(
        {
            "ECOM_ALERT_URLS": f" {SLACK}  json://user:s3cret@127.0.0.1/ ",
            "ECOM_ALERT_WARN_URLS": SLACK,
            "ECOM_UI_URL": "https://dagster.example/prefix/",
        }
    )
    assert settings.alert_urls == (SLACK, "json://user:s3cret@127.0.0.1/")
    assert settings.alert_warn_urls == (SLACK,)
    assert settings.ui_url == "https://dagster.example/prefix"
    assert "s3cret" not in repr(settings)
    assert "slack" not in repr(settings)
    assert (read_settings({}).alert_urls, read_settings({}).ui_url) == ((), "http://127.0.0.1:3000")


@pytest.mark.parametrize("wrong", ["no-such://s3cret", "s3cret", "slack://s3cret", "json://"])
def test_an_alert_url_that_apprise_cannot_use_is_told_by_its_position_alone(
    wrong: str, capfd: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SettingsError) as told:
        read_settings({"ECOM_ALERT_URLS": f"{SLACK} {wrong}"})
    assert str(told.value).startswith(
        "ECOM_ALERT_URLS holds 2 URLs separated by blanks, and Apprise cannot use number 2 "
    )
    said = str(told.value) + "".join(capfd.readouterr())
    for secret in ("s3cret", "T1JJ3T3L2", "no-such"):
        assert secret not in said


@pytest.mark.parametrize("login", ["user:s3cret@host", "https://user:s3cret@host", "u:s3:/cret@h"])
def test_a_login_in_a_wrong_value_is_not_shown(login: str) -> None:
    with pytest.raises(SettingsError, match=r"SNOWFLAKE_HOST holds '.*\*\*\*@h") as raised:
        read_settings({**SNOWFLAKE, "SNOWFLAKE_HOST": login})
    assert "cret" not in str(raised.value)
    said_by_pydantic = (raised.value.__cause__, raised.value.__context__)
    assert said_by_pydantic == (None, None), "which shows values"


def test_warnings_alone_would_leave_errors_untold() -> None:
    with pytest.raises(SettingsError, match="errors would go nowhere"):
        read_settings({"ECOM_ALERT_WARN_URLS": SLACK})


@pytest.mark.parametrize("wrong", ["dagster.example", "ftp://dagster.example", "http://a b"])
def test_the_address_of_the_ui_is_a_web_address(wrong: str) -> None:
    with pytest.raises(SettingsError, match=r"ECOM_UI_URL holds .*https://dagster.example.com"):
        read_settings({"ECOM_UI_URL": wrong})


@pytest.mark.parametrize("text", ["hc-ping.com/s3cret", "ftp://x/s3cret", "https://a@b/s3cret"])
def test_a_ping_address_that_is_none_is_one_sentence_without_it(text: str) -> None:
    with pytest.raises(
        SettingsError, match="ECOM_PING_URL holds something that is no addr"
    ) as said:
        read_settings({"ECOM_PING_URL": text})
    assert "s3cret" not in str(said.value)
    settings = read_settings({"ECOM_PING_URL": "https://hc-ping.com/s3cret"})
    assert settings.ping_url == "https://hc-ping.com/s3cret"
    assert "s3cret" not in repr(settings)
