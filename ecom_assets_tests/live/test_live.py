"""The same tests on a real Snowflake account: `pytest -m snowflake_live`.

They are not run unless asked for. CONTRIBUTING.md says what they need and what they leave behind
(nothing). The tests are those that run on the emulation, with an account in the place of it.
"""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from ecom_assets.settings import SettingsError, read_settings
from ecom_assets.setup.snowflake import setup_script
from ecom_assets_tests.live.account import Account, account
from ecom_assets_tests.support.stacks import S3_SNOWFLAKE, new_stack
from ecom_assets_tests.test_graph import (  # noqa: F401
    test_a_week_with_a_bad_day,
    test_every_stack_makes_the_same_tables,
    week,
)
from ecom_assets_tests.warehouse.conftest import opened_staging
from ecom_assets_tests.warehouse.test_hostile_lines import TABLES, load_and_compare
from ecom_assets_tests.warehouse.test_snowflake import (  # noqa: F401
    stack,
    test_a_file_rewritten_while_it_is_loaded_is_noticed,
    test_a_file_that_vanished_is_left_out,
    test_files_are_loaded_whole_or_not_at_all,
    test_statements_are_tagged_and_found_again,
    test_transactions_on_a_layer_take_turns_and_others_do_not_wait,
)

pytestmark = pytest.mark.snowflake_live


@pytest.fixture(scope="module")
def servers() -> Iterator[Account]:
    """The account that the settings name, in the place of the emulated servers."""
    missing = ""
    try:
        settings = read_settings()
        setup_script(settings)  # which names what is missing
    except SettingsError as error:
        missing = str(error)
    if missing:
        pytest.fail(f"The live tests need an account. {missing}", pytrace=False)
    with account(settings, os.environ.get("ECOM_LIVE_CONNECTION")) as opened:
        yield opened


@pytest.mark.parametrize("table", TABLES)
def test_every_hostile_line_finds_its_place(servers: Account, tmp_path: Path, table: str) -> None:
    with opened_staging(new_stack(S3_SNOWFLAKE, tmp_path, servers)) as staging:
        load_and_compare(staging, table)
