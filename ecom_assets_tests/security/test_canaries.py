"""No secret is seen anywhere: canaries in every credential setting, and a search for them."""

import base64
from collections.abc import Callable, Iterator
from urllib.parse import quote

import pytest

from ecom_assets.settings import S3Url
from ecom_assets.setup.aws import pipeline_policy
from ecom_assets_tests.security.canaries import HEX_PART, PART, Search, canary
from ecom_assets_tests.security.scenario import Scenario, played
from ecom_assets_tests.setup.permissions import allows
from ecom_assets_tests.support.stacks import Production
from ecom_assets_tests.torture.report import Figures

pytestmark = pytest.mark.xdist_group("canaries")

PLACES = {  # where it is looked, and what must be there for the search to be worth anything
    "standard output and error": b"alert channel 2 (json): refused with HTTP status 403",
    "logging at DEBUG": b"snowflake.connector",
    "what Dagster keeps": b"ASSET_MATERIALIZATION",
    "alerts as sent": b"ERROR: reject_rate on stg_sales_rejects failed",
    "statements to Snowflake": b"storage_aws_role_arn",
    "objects in S3": b"<title>Sales report",
    "cursors": b'"position"',
    "errors": b"Traceback",
    "make doctor": b"does not let",
    "texts of objects": b"Settings(",
}


@pytest.fixture(scope="module")
def scenario(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, servers: Production
) -> Iterator[Scenario]:
    in_full = bool(request.config.getoption("--torture"))
    with played(tmp_path_factory.mktemp("canaries"), servers, in_full=in_full) as done:
        yield done


def test_no_secret_is_seen(scenario: Scenario, figures: Figures) -> None:
    search = Search(scenario.secrets)
    figures.count("faults injected", len(scenario.failures))
    figures.count("inputs tried", len(scenario.secrets))
    found = {place: search.found(said) for place, said in scenario.heard.items()}
    assert {place: seen for place, seen in found.items() if seen} == {}


def test_everything_was_looked_at(scenario: Scenario) -> None:
    assert set(scenario.heard) == set(PLACES)
    for place, said in PLACES.items():
        assert said in scenario.heard[place], place


def test_the_pipeline_asks_s3_for_what_its_policy_allows_and_no_more(scenario: Scenario) -> None:
    place, reports = scenario.settings.landing, scenario.settings.reports
    assert isinstance(place, S3Url)
    assert isinstance(reports, S3Url)
    policy = pipeline_policy(place, writes=False, reports=reports)
    done = set()
    for operation, asked in scenario.asked:
        bucket = f"arn:aws:s3:::{asked['Bucket']}"
        if operation == "ListObjectsV2":
            assert allows(policy, "s3:ListBucket", bucket, s3_prefix=asked["Prefix"])
        else:
            # the doctor begins an upload, which takes the right to put one
            action = operation.replace("CreateMultipartUpload", "PutObject")
            assert allows(policy, f"s3:{action}", f"{bucket}/{asked['Key']}"), operation
        done.add(operation)
    uploads = {"PutObject", "CreateMultipartUpload", "AbortMultipartUpload"}
    assert done == {"ListObjectsV2", *uploads}


@pytest.mark.parametrize(
    "hide",
    [
        lambda s: s,
        lambda s: s[10 : 10 + PART],
        lambda s: s[::-1],
        lambda s: s[:PART][::-1],
        lambda s: quote(s, safe=""),
        lambda s: s.encode().hex(),
        lambda s: s.lower(),
        *(
            lambda s, before=before: base64.b64encode(f"{before}{s}after".encode()).decode()
            for before in ("", "a", "ab", "user:")
        ),
        lambda s: base64.urlsafe_b64encode(s.encode()).decode(),
    ],
)
def test_the_search_finds_a_secret_in_any_form(hide: Callable[[str], str]) -> None:
    secret = canary()
    search = Search({"it": secret})
    assert search.found(b"x" * 1_001 + hide(secret).encode() + b"y" * 999)
    assert not search.found(b"x" * 1_001 + hide(canary()).encode() + b"y" * 999)
    assert not search.found(b"")


@pytest.mark.parametrize(
    "secret", ["b8d31f60c95e2a7" * 3, canary()], ids=["of hex digits", "of any characters"]
)
def test_sixteen_hex_digits_are_found_and_the_eight_of_a_run_id_are_not(secret: str) -> None:
    digits = secret if secret.isalnum() else secret.encode().hex()
    search = Search({"it": secret})
    for n in (0, 3, len(digits) - HEX_PART):
        assert not search.found(f"{digits[n : n + PART]}-0000-4000".encode())
        assert search.found(f"run {digits[n : n + HEX_PART]}.".encode())
