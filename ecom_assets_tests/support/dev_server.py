"""`dagster dev` for tests: webserver, daemon and code server, on a fresh instance as it is shipped.

Used through GraphQL, as the UI does.
"""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import date, timedelta
from pathlib import Path
from typing import Any, TypeVar

from ecom_assets.settings import PROJECT_ROOT

BIN = Path(sys.executable).parent
LOCATION = "ecom_assets"
SELECTOR = {"repositoryName": "__repository__", "repositoryLocationName": LOCATION}
ASSETS = ("sales_files", "raw_sales", "stg_sales_clean", "stg_sales_rejects", "fact_sales")
ENDED = ("SUCCESS", "FAILURE", "CANCELED")
Found = TypeVar("Found")


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port


def until(
    happened: Callable[[], Found], what: str, seconds: float = 180, pause: float = 0.5
) -> Found:
    """Wait until something is so; returns what it was."""
    deadline = time.monotonic() + seconds
    while not (found := happened()):
        assert time.monotonic() < deadline, f"not within {seconds} s: {what}"
        time.sleep(pause)
    return found


def clean_environment(**settings: str) -> dict[str, str]:
    """This process's environment without settings of the project, and with those given."""
    ours = ("ECOM_", "DAGSTER_", "SNOWFLAKE_", "MAKE")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    path = f"{BIN}{os.pathsep}{os.environ['PATH']}"
    return {**kept, "PATH": path, "PYTHONUNBUFFERED": "1", **settings}


class Ui:
    """A running webserver, asked through GraphQL.

    Attributes:
        port: where it listens.
    """

    def __init__(self, port: int) -> None:
        self.port = port

    def ask(self, query: str, **variables: Any) -> Any:
        """The answer to a GraphQL query."""
        answer = json.loads(self.sent(json.dumps({"query": query, "variables": variables})))
        assert "errors" not in answer, answer["errors"]
        return answer["data"]

    def sent(self, body: str) -> bytes:
        """What the webserver answers to a request at /graphql.

        Raises:
            URLError: it does not.
        """
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}/graphql",
            data=body.encode(),
            headers={"Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=60) as response:
            return bytes(response.read())

    def has_loaded(self) -> bool:
        """Whether it answers, and the graph is loaded."""
        try:
            loaded = self.ask("{repositoriesOrError{... on RepositoryConnection{nodes{name}}}}")
        except urllib.error.URLError:
            return False
        return bool(loaded["repositoriesOrError"].get("nodes"))

    def launch(
        self,
        first: date | None = None,
        last: date | None = None,
        *,
        job: str = "sales",
        assets: Sequence[str] = (),
        config: Mapping[str, Any] | None = None,
    ) -> str:
        """Put one run for a day or a range of days into the queue, of all assets or of some; its
        id."""
        tags = {"dagster/partition": first.isoformat()} if first else {}
        if first and last:
            tags = {
                "dagster/asset_partition_range_start": first.isoformat(),
                "dagster/asset_partition_range_end": last.isoformat(),
            }
        launched = self.ask(
            """mutation($params: ExecutionParams!) {
                launchRun(executionParams: $params) { __typename ... on LaunchRunSuccess
                { run { runId } } ... on PythonError { message } } }""",
            params={
                "selector": {
                    **SELECTOR,
                    "jobName": job,
                    **({"assetSelection": [{"path": [name]} for name in assets]} if assets else {}),
                },
                "executionMetadata": {
                    "tags": [{"key": key, "value": value} for key, value in tags.items()]
                },
                "runConfigData": config or {},
                "mode": "default",
            },
        )["launchRun"]
        assert launched["__typename"] == "LaunchRunSuccess", launched
        return str(launched["run"]["runId"])

    def execute_again(self, run_id: str) -> str:
        """Put a run into the queue once more, as “Re-execute all” does; the new one's id."""
        launched = self.ask(
            """mutation($params: ReexecutionParams!) {
                launchRunReexecution(reexecutionParams: $params) { __typename
                ... on LaunchRunSuccess { run { runId } } ... on PythonError { message } } }""",
            params={"parentRunId": run_id, "strategy": "ALL_STEPS"},
        )["launchRunReexecution"]
        assert launched["__typename"] == "LaunchRunSuccess", launched
        return str(launched["run"]["runId"])

    def on_the_timeline(self) -> Mapping[str, set[str]]:
        """The runs that the overview shows, by their job: those of its code location."""
        found = self.ask(
            "query($selector: RepositorySelector!) {repositoryOrError(repositorySelector: "
            "$selector) {... on Repository {pipelines {name runs(limit: 20) {runId "
            "repositoryOrigin {repositoryLocationName}}}}}}",
            selector=SELECTOR,
        )["repositoryOrError"]["pipelines"]
        shown = {
            job["name"]: {
                run["runId"]
                for run in job["runs"]
                if (run["repositoryOrigin"] or {}).get("repositoryLocationName") == LOCATION
            }
            for job in found
        }
        return {job: runs for job, runs in shown.items() if runs}

    def terminate(self, run_id: str, *, force: bool = False) -> str:
        """Terminate a run, as the UI's button does, or with *Force termination immediately*.

        Returns: what the answer is called.
        """
        policy = "MARK_AS_CANCELED_IMMEDIATELY" if force else "SAFE_TERMINATE"
        told = self.ask(
            """mutation($id: String!, $policy: TerminateRunPolicy) {
                terminateRun(runId: $id, terminatePolicy: $policy) { __typename } }""",
            id=run_id,
            policy=policy,
        )
        return str(told["terminateRun"]["__typename"])

    def backfill(self, first: date, last: date) -> str:
        """A backfill of the graph, as the UI's “Materialize” for these days launches it; its id."""
        days = [(first + timedelta(days=n)).isoformat() for n in range((last - first).days + 1)]
        launched = self.ask(
            """mutation($params: LaunchBackfillParams!) {
                launchPartitionBackfill(backfillParams: $params) { __typename
                ... on LaunchBackfillSuccess { backfillId } ... on PythonError { message } } }""",
            params={
                "assetSelection": [{"path": [name]} for name in ASSETS],
                "partitionNames": days,
                "tags": [],
            },
        )["launchPartitionBackfill"]
        assert launched["__typename"] == "LaunchBackfillSuccess", launched
        return str(launched["backfillId"])

    def backfill_status(self, backfill_id: str) -> str:
        """A backfill's status."""
        found = self.ask(
            "query($id: String!) {partitionBackfillOrError(backfillId: $id) "
            "{... on PartitionBackfill {status}}}",
            id=backfill_id,
        )
        return str(found["partitionBackfillOrError"]["status"])

    def runs(self, **filters: Any) -> Sequence[Mapping[str, Any]]:
        """Runs, newest first: id, status, tags (a mapping), start and end."""
        found = self.ask(
            "query($filter: RunsFilter) {runsOrError(filter: $filter) {... on Runs {results "
            "{runId status jobName startTime endTime tags {key value}}}}}",
            filter=filters,
        )["runsOrError"]["results"]
        return [{**run, "tags": {t["key"]: t["value"] for t in run["tags"]}} for run in found]

    def ended(self, run_id: str, seconds: float = 180) -> str:
        """A run's status once it has ended."""

        def status() -> str | None:
            (run,) = self.runs(runIds=[run_id])
            return str(run["status"]) if run["status"] in ENDED else None

        return until(status, f"run {run_id} ends", seconds) or ""

    def messages(self, run_id: str) -> Sequence[str]:
        """The messages of a run's events, oldest first."""
        found = self.ask(
            """query($id: ID!) {logsForRun(runId: $id) {... on EventConnection
            {events {... on MessageEvent {message}}}}}""",
            id=run_id,
        )["logsForRun"]
        return [each["message"] for each in found["events"] if "message" in each]

    def steps(self, run_id: str) -> set[str]:
        """The steps that a run has begun."""
        found = self.ask(
            "query($id: ID!) {runOrError(runId: $id) {... on Run {stepStats {stepKey status}}}}",
            id=run_id,
        )["runOrError"]
        return {step["stepKey"] for step in found.get("stepStats") or ()}

    def partitions(self, asset: str) -> Mapping[str, int]:
        """How many of an asset's partitions are materialized, failed, and so on."""
        found = self.ask(
            "query($key: AssetKeyInput!) {assetNodeOrError(assetKey: $key) {... on AssetNode "
            "{partitionStats {numMaterialized numFailed numPartitions numMaterializing}}}}",
            key={"path": [asset]},
        )
        stats: Mapping[str, int] = found["assetNodeOrError"]["partitionStats"]
        return stats

    def materializable(self) -> set[str]:
        """The assets that the UI's “Materialize all” takes."""
        found = self.ask("{assetNodes {assetKey {path} isMaterializable}}")["assetNodes"]
        return {node["assetKey"]["path"][0] for node in found if node["isMaterializable"]}

    def latest(self, asset: str) -> tuple[str, Mapping[str, int]]:
        """The run that has materialized an asset last, and what it has told in whole numbers."""
        found = self.ask(
            "query($key: AssetKeyInput!) {assetOrError(assetKey: $key) {... on Asset "
            "{assetMaterializations(limit: 1) {runId metadataEntries {label "
            "... on IntMetadataEntry {intValue}}}}}}",
            key={"path": [asset]},
        )["assetOrError"]["assetMaterializations"]
        entries = found[0]["metadataEntries"]
        return found[0]["runId"], {e["label"]: e["intValue"] for e in entries if "intValue" in e}

    def check_statuses(self, asset: str, check: str) -> Mapping[str, str]:
        """The status of each day that a check has answered for, as its Partitions tab shows it."""
        found = self.ask(
            """query($key: AssetKeyInput!) {assetNodeOrError(assetKey: $key)
            {... on AssetNode {assetChecksOrError {... on AssetChecks {checks {name
            partitionStatuses {... on AssetCheckTimePartitionStatuses {ranges
            {startKey endKey status}}}}}}}}}""",
            key={"path": [asset]},
        )["assetNodeOrError"]["assetChecksOrError"]["checks"]
        (only,) = [each for each in found if each["name"] == check]
        days: dict[str, str] = {}
        for part in only["partitionStatuses"]["ranges"]:
            first, last = map(date.fromisoformat, (part["startKey"], part["endKey"]))
            for n in range((last - first).days + 1):
                days[(first + timedelta(days=n)).isoformat()] = part["status"]
        return days

    def latest_check(self, asset: str, check: str, day: date) -> Mapping[str, Any]:
        """A check's latest answer for a day: its description, and its metadata that is text."""
        found = self.ask(
            """query($key: AssetKeyInput!, $check: String!, $day: String!) {
                assetCheckExecutions(assetKey: $key, checkName: $check, partition: $day, limit: 1)
                {evaluation {description metadataEntries {label
                ... on TextMetadataEntry {text}}}}}""",
            key={"path": [asset]},
            check=check,
            day=day.isoformat(),
        )["assetCheckExecutions"][0]["evaluation"]
        return {"description": found["description"], "metadata": _texts(found["metadataEntries"])}

    def output(self, run_id: str) -> Mapping[str, str]:
        """What the step of a run tells in the metadata of its output, as far as it is text."""
        events = self.ask(
            """query($id: ID!) {logsForRun(runId: $id) {... on EventConnection {events
            {... on ExecutionStepOutputEvent {metadataEntries {label
            ... on TextMetadataEntry {text} ... on MarkdownMetadataEntry {text: mdStr}}}}}}}""",
            id=run_id,
        )["logsForRun"]["events"]
        return _texts([one for event in events for one in event.get("metadataEntries", ())])

    def cancel_backfill(self, backfill_id: str) -> None:
        """Cancel a backfill with all of its runs."""
        self.ask(
            "mutation($id: String!) {cancelPartitionBackfill(backfillId: $id) {__typename}}",
            id=backfill_id,
        )

    def switch_on(self, sensor: str) -> None:
        """Switch a sensor on."""
        found = self.ask(
            """mutation($selector: SensorSelector!) {
                startSensor(sensorSelector: $selector) { __typename } }""",
            selector={**SELECTOR, "sensorName": sensor},
        )
        assert found["startSensor"]["__typename"] == "Sensor", found

    def switch_off(self, sensor: str) -> None:
        """Switch a sensor off."""
        state = self.ask(
            "query($selector: SensorSelector!) {sensorOrError(sensorSelector: $selector) "
            "{... on Sensor {sensorState {id}}}}",
            selector={**SELECTOR, "sensorName": sensor},
        )["sensorOrError"]["sensorState"]
        found = self.ask(
            "mutation($id: String!) {stopSensor(id: $id) {__typename}}", id=state["id"]
        )
        assert found["stopSensor"]["__typename"] == "StopSensorMutationResult", found

    def switch_on_schedule(self, schedule: str) -> None:
        """Switch a schedule on."""
        found = self.ask(
            """mutation($selector: ScheduleSelector!) {
                startSchedule(scheduleSelector: $selector) { __typename } }""",
            selector={**SELECTOR, "scheduleName": schedule},
        )
        assert found["startSchedule"]["__typename"] == "ScheduleStateResult", found

    def failures(self, run_id: str) -> Sequence[str]:
        """What the steps of a run failed with."""
        found = self.ask(
            "query($id: ID!) {logsForRun(runId: $id) {... on EventConnection {events "
            "{... on ExecutionStepFailureEvent {error {message causes {message}} "
            "failureMetadata {description}}}}}}",
            id=run_id,
        )["logsForRun"]["events"]
        return [
            str(
                (event.get("failureMetadata") or {}).get("description") or event["error"]["message"]
            )
            for event in found
            if event.get("error")
        ]

    def ticks(self, sensor: str, limit: int = 20) -> Sequence[Mapping[str, Any]]:
        """A sensor's ticks, newest first."""
        found = self.ask(
            """query($selector: SensorSelector!, $limit: Int) {
                sensorOrError(sensorSelector: $selector) { ... on Sensor { sensorState
                { ticks(limit: $limit) { status skipReason runIds error { message } } } } } }""",
            selector={**SELECTOR, "sensorName": sensor},
            limit=limit,
        )
        ticks: Sequence[Mapping[str, Any]] = found["sensorOrError"]["sensorState"]["ticks"]
        return ticks


def _texts(entries: Sequence[Mapping[str, Any]]) -> Mapping[str, str]:
    return {entry["label"]: entry["text"] for entry in entries if "text" in entry}


class DevServer(Ui):
    """A running `dagster dev`.

    Attributes:
        process: the one that started all the others.
    """

    def __init__(self, port: int, process: "subprocess.Popen[bytes]", log: Path) -> None:
        super().__init__(port)
        self.process = process
        self._log = log

    def is_up(self) -> bool:
        """Whether the graph is loaded; fails when the server has ended."""
        assert self.process.poll() is None, self.log()
        return self.has_loaded()

    def log(self) -> str:
        """The last that was printed."""
        return self._log.read_text()[-8000:]


@contextmanager
def dev_server(
    home: Path, port: int | None = None, module: str | None = None, **settings: str
) -> Iterator[DevServer]:
    """Start `dagster dev` with the `dagster.yaml` that is shipped.

    Args:
        home: DAGSTER_HOME; what Dagster writes is kept in it from one start to the next.
        port: of the webserver; by default a free one.
        module: with other definitions than those that are shipped.
        settings: the project's settings, as environment variables.
    """
    home.mkdir(parents=True, exist_ok=True)
    shutil.copy(PROJECT_ROOT / "dagster.yaml", home)
    environment = clean_environment(
        DAGSTER_HOME=str(home), PYTHONPATH=str(PROJECT_ROOT), **settings
    )
    port = port or free_port()
    workspace = PROJECT_ROOT / "workspace.yaml"
    if module is not None:
        text = workspace.read_text().replace("ecom_assets.definitions", module)
        workspace = home / "workspace.yaml"
        workspace.write_text(text)
    command = [str(BIN / "dagster"), "dev", "-w", str(workspace)]
    where = ["--host", "127.0.0.1", "--port", str(port)]
    with served([*command, *where], home, environment, port) as server:
        yield server


@contextmanager
def served(
    command: Sequence[str], folder: Path, environment: Mapping[str, str], port: int
) -> Iterator[DevServer]:
    """A command that serves the UI on a port, which it finds in `$PORT` too, while it runs."""
    log = folder / "dev.log"
    with log.open("w") as stream:
        process = subprocess.Popen(
            command,
            cwd=folder,
            env={**environment, "PORT": str(port)},
            stdout=stream,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        server = DevServer(port, process, log)
        try:
            until(server.is_up, "the UI answers")
            yield server
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGTERM)
            with suppress(subprocess.TimeoutExpired):
                process.wait(timeout=5)
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
