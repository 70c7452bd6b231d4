"""A customer who was forgotten is found in no byte that the project has written, in any form:
canaries in the ids that lead to them, and a search through all files and all tables."""

import json
import shutil
from collections.abc import Iterator, Mapping
from contextlib import nullcontext
from datetime import timedelta
from itertools import chain
from pathlib import Path
from typing import Any

import dagster as dg
import pytest
from dagster._core.instance import InstanceRef

from ecom_assets.commands import forget
from ecom_assets.definitions import warehouse_of
from ecom_assets.model.tables import tables
from ecom_assets.warehouse.contract import Purpose
from ecom_assets_tests.conftest import DAY, Pipeline, event
from ecom_assets_tests.security.canaries import Search, canary, written_below
from ecom_assets_tests.support.deployment import DEPLOY, Storage, postgres
from ecom_assets_tests.support.dev_server import until

NEXT = DAY + timedelta(days=1)


class Customer:
    """Ids that nobody else has, with characters that Markdown, HTML, JSON and URLs escape."""

    def __init__(self) -> None:
        self.id, self.order, self.visit, self.event = (canary() for _ in range(4))
        self.id = f'{self.id} "<Zoë_*O\'Neil*>" \\'
        self.mail = canary()
        self.secrets = {"id": self.id[:30], "order": self.order, "visit": self.visit}
        self.secrets |= {"mail": self.mail}

    def sale(self, number: int, **fields: Any) -> Mapping[str, Any]:
        ids = {"customer_id": self.id, "order_id": self.order, "session_id": self.visit}
        return event(number, **{"event_id": f"{self.event}{number}", **ids, **fields})


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Pipeline]:
    """The graph with Dagster's storage on files, as on one machine."""
    folder = tmp_path / "home"
    folder.mkdir()
    with dg.DagsterInstance.from_ref(InstanceRef.from_dir(str(folder))) as instance:
        yield Pipeline(folder, instance)


def lived(home: Pipeline, customer: Customer) -> None:
    """What a customer leaves behind: sales, rejects, lines that are no JSON, a replaced version, a
    held day whose run fails, a decision, a plan, printed output."""
    cut = json.dumps(dict(customer.sale(9)))[:-20]
    others = [event(n) for n in range(20, 40)]
    # a preview cuts it short before what it could be told by
    long = {"mail": customer.mail, "note": "x" * 600, **customer.sale(1)}
    home.land(f"dt={DAY}/a.jsonl", [long, *others])
    assert home.run().success
    home.land(f"dt={DAY}/a.jsonl", [long, customer.sale(2, quantity="two"), cut, *others])
    assert home.run().success
    late = {"event_ts": f"{NEXT}T10:00:00Z"}
    bad = [customer.sale(n, **late, total_amount=f"free for {customer.order}") for n in range(3)]
    home.land(f"dt={NEXT}/a.jsonl", [*bad, event(50, **late)])
    assert not home.run(DAY, NEXT).success
    execute(home, "plan", {"first_day": str(DAY), "last_day": str(NEXT)})
    execute(
        home,
        "decide",
        {"decision": "hold", "who": "Ann", "why": f"{customer.id} rang", "first_day": str(DAY)},
    )
    print_of(home, next(iter(home.instance.get_runs())), f"line of {customer.visit}")


def print_of(home: Pipeline, run: dg.DagsterRun, text: str) -> None:
    """What a run has printed."""
    key = [run.run_id, "compute_logs", "printed"]
    with home.instance.compute_log_manager.open_log_stream(key, dg_io()) as stream:
        assert stream
        stream.write(text)  # type: ignore[call-overload]


def dg_io() -> Any:
    from dagster._core.storage.compute_log_manager import ComputeIOType

    return ComputeIOType.STDERR


def execute(home: Pipeline, job: str, config: Mapping[str, Any]) -> dg.ExecuteInProcessResult:
    return home.definitions.resolve_job_def(job).execute_in_process(
        instance=home.instance, run_config=dict(config), raise_on_error=False
    )


def everywhere(home: Pipeline) -> bytes:
    """All that was written, but for the files that were sent."""
    root = home.folder.parent
    files = (
        content for name, content in written_below(root) if not name.startswith(home.folder.name)
    )
    return b"\n".join(chain(files, in_tables(home)))


def in_tables(home: Pipeline) -> Iterator[bytes]:
    with warehouse_of(home.settings).session(Purpose("test", "test"), print) as session:
        for table in tables():
            for row in session.read_table(table):
                yield repr(row).encode()


def test_a_customer_is_in_no_byte_any_more(home: Pipeline) -> None:
    customer = Customer()
    lived(home, customer)
    search = Search(customer.secrets)
    assert search.found(everywhere(home)), "or nothing is shown"
    materialized = told(home)
    sales = home.definitions.resolve_job_def("sales")
    waiting = home.instance.create_run_for_job(sales, status=dg.DagsterRunStatus.NOT_STARTED)
    print_of(home, waiting, "says that it is there")

    said = execute(home, "forget", {"customer": customer.id})
    assert said.success, [e.event_specific_data for e in said.all_events if e.is_failure]
    assert search.found(b"\n".join(in_tables(home))), "it only says"
    assert execute(home, "forget", {"customer": customer.id, "apply": True}).success
    assert search.found(everywhere(home)) == {}
    assert told(home) == materialized, "what was materialized and checked stays so"
    assert b"says that it is there" in everywhere(home), "of a run that goes on nothing goes"

    home.land(f"dt={NEXT}/b.jsonl", [customer.sale(7, event_ts=f"{NEXT}T11:00:00Z")])
    assert home.run(NEXT).success
    assert search.found(everywhere(home)) == {}, "nor has it come back"


@pytest.mark.torture  # as the one above, with another storage
def test_nor_in_the_tables_of_postgresql(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    customer = Customer()
    search = Search(customer.secrets)
    folder = tmp_path / "home"
    folder.mkdir()
    shutil.copy(DEPLOY / "dagster.yaml", folder)
    with postgres() as storage:
        storage.start()
        try:
            until(storage.is_up, "PostgreSQL listens", pause=0.1)
            for name, value in {**storage.names, "DAGSTER_HOME": str(folder)}.items():
                monkeypatch.setenv(name, value)
            monkeypatch.setenv("DAGSTER_COMPUTE_LOGS", str(folder / "logs"))
            with dg.DagsterInstance.get() as instance:
                home = Pipeline(folder, instance)
                lived(home, customer)
                assert search.found(in_files_of(storage)), "or nothing is shown"
                assert execute(home, "forget", {"customer": customer.id, "apply": True}).success
                assert search.found(in_files_of(storage)) == {}
                assert search.found(everywhere(home)) == {}
        finally:
            storage.end()


def in_files_of(storage: Storage) -> bytes:
    """What the tables' files hold; the log of writes has more, until it is written over."""
    storage.ask("checkpoint")
    base = storage.root / "data" / "base"
    return b"\n".join(path.read_bytes() for path in sorted(base.rglob("*")) if path.is_file())


def test_a_warehouse_that_is_put_back_forgets_them_again(home: Pipeline) -> None:
    customer = Customer()
    lived(home, customer)
    backup = home.settings.duckdb_path.read_bytes()
    assert execute(home, "forget", {"customer": customer.id, "apply": True}).success
    home.settings.duckdb_path.write_bytes(backup)
    search = Search(customer.secrets)
    assert search.found(b"\n".join(in_tables(home)))
    home.run(NEXT)
    found = [row for row in in_tables(home) if search.found(row)]
    # who the reason of a decision names is not known from a hash
    assert found == [row for row in found if b"rang" in row]


def test_the_command_says_first_and_leaves_its_certificate(
    home: Pipeline, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    customer = Customer()
    home.land(f"dt={DAY}/a.jsonl", [customer.sale(1), event(2)])
    assert home.run().success
    monkeypatch.setattr(forget, "read_settings_or_exit", lambda: home.settings)
    monkeypatch.setattr(dg.DagsterInstance, "get", lambda: nullcontext(home.instance))

    def printed(*arguments: str) -> str:
        capsys.readouterr()
        forget.main([customer.id, *arguments])
        return capsys.readouterr().out

    assert "Would be erased" in (said := printed())
    assert f"dt={DAY}/a.jsonl: 1 line, 1 sale" in said
    assert "Nothing was erased: APPLY=1 erases it." in said
    assert "1 line" in (certificate := printed("--apply"))
    assert "Erased at" in certificate
    assert customer.id not in certificate
    assert "RAW: what 0 lines held" in printed()


def test_what_cannot_be_is_one_sentence(home: Pipeline, monkeypatch: pytest.MonkeyPatch) -> None:
    home.land(f"dt={DAY}/a.jsonl", [event(1)])
    assert home.run().success
    nobody = execute(home, "forget", {"customer": " ", "apply": True})
    assert errors(nobody) == [
        "Nothing was erased. Name the customer by their id, as customer_id has it."
    ]
    busy = home.instance.create_run_for_job(
        home.definitions.resolve_job_def("sales"), status=STARTED
    )
    home.instance.report_run_canceling(busy)  # it may write until it has ended
    refused = execute(home, "forget", {"customer": "7", "apply": True})
    assert errors(refused) == [
        "Nothing was erased. Runs at work may write of the customer meanwhile, "
        f"{busy.run_id} among them: wait for their end, or end them, then run this again."
    ]
    assert execute(home, "forget", {"customer": "7"}).success, "to look needs no wait"


STARTED = dg.DagsterRunStatus.STARTED


def errors(result: dg.ExecuteInProcessResult) -> list[str | None]:
    failures = [
        e.step_failure_data.user_failure_data for e in result.all_events if e.is_step_failure
    ]
    return [failure.description for failure in failures if failure]


def told(home: Pipeline) -> Mapping[str, Any]:
    return {
        str(key): sorted(home.instance.get_materialized_partitions(key))
        for key in home.definitions.resolve_asset_graph().get_all_asset_keys()
    }
