"""All that can go well and wrong with credentials on S3 and Snowflake, and all that is said of it.

Every credential is a canary. The run is a real one, through Dagster with its storage on files, S3
and Snowflake over HTTP; whatever is logged is logged at DEBUG.
"""

import io
import json
import logging
import os
import traceback
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, redirect_stderr, redirect_stdout
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any
from unittest import mock
from urllib.parse import quote

import dagster as dg
import pytest
from botocore.client import BaseClient
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from dagster._core.instance import InstanceRef

from ecom_assets.alerts.digest import JOB
from ecom_assets.commands import answers
from ecom_assets.commands.try_channels import try_channels
from ecom_assets.definitions import build_definitions, landing_of, warehouse_of
from ecom_assets.doctor.__main__ import examine
from ecom_assets.settings import PROJECT_ROOT, SettingsError, read_settings
from ecom_assets.setup import snowflake as setup
from ecom_assets.triggers.arrivals import build_arrivals
from ecom_assets.warehouse.contract import Purpose
from ecom_assets_tests.conftest import event
from ecom_assets_tests.security.canaries import canary, written_below
from ecom_assets_tests.security.faults import NOBODY, refusing, wrong_connections, wrong_settings
from ecom_assets_tests.support.receivers import Alerts, Receiver, receiving
from ecom_assets_tests.support.stacks import Production, environment

GOOD, BAD = date(2026, 1, 5), date(2026, 1, 6)
RUN_ANYWAY = ("a password that is refused", "an endpoint with a login")
"""Faults that a run meets in the short form too; the others are met without one."""


class Scenario:
    """What is done, what is said of it, and what must not be.

    Attributes:
        secrets: each secret by its name.
        heard: what was said, by where; of all places that somebody can read.
        failures: what went wrong, as it should.
        settings: the sound ones.
        asked: what S3 was asked for while all went well: operation and parameters.
    """

    def __init__(
        self, root: Path, servers: Production, patch: pytest.MonkeyPatch, *, in_full: bool
    ) -> None:
        self.secrets: dict[str, str] = {}
        self.heard: dict[str, bytes] = {}
        self.failures: list[str] = []
        self.asked: list[tuple[str, dict[str, Any]]] = []
        self._root = root
        self._servers = servers
        self._patch = patch
        self._in_full = in_full
        self._place = servers.new_place()
        self._out = io.StringIO()
        self._log = io.StringIO()

    def secret(self, name: str) -> str:
        """A new canary, or the one of that name."""
        return self.secrets.setdefault(name, canary())

    def _quoted(self, name: str) -> str:
        return quote(self.secret(name), safe="")

    def _login(self, of: str) -> str:
        """Of a URL, who logs in and with what."""
        return f"{self._quoted(f'{of} user')}:{self._quoted(f'{of} password')}"

    def hear(self, place: str, said: str | bytes) -> None:
        """Keep what was said."""
        content = said if isinstance(said, bytes) else said.encode("utf-8", "replace")
        self.heard[place] = self.heard.get(place, b"") + b"\n" + content

    def run(self, receivers: list[Receiver]) -> None:
        """Do everything."""
        self._credentials(receivers)
        self._land()
        self.settings = settings = read_settings()
        self.hear("texts of objects", repr(settings) + str(settings))
        self.hear("texts of objects", repr([landing_of(settings), warehouse_of(settings)]))
        with (
            redirect_stdout(self._out),
            redirect_stderr(self._out),
            _logged(self._log),
            dg.instance_for_test(temp_dir=str(self._root / "dagster")) as instance,
        ):
            self._set_up()
            with self._listened():
                self._use(instance)
            self._fail(instance)
            self._refused("a PostgreSQL that is not there", self._postgres)
            self._settings_that_are_wrong()
        self._read_all(receivers)

    def _credentials(self, receivers: list[Receiver]) -> None:
        passphrase = self.secret("SNOWFLAKE_PRIVATE_KEY_PASSPHRASE")
        made = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        encrypted = serialization.BestAvailableEncryption(passphrase.encode())
        pem = made.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, encrypted
        )
        key = self._root / "key.p8"
        key.write_bytes(pem)
        for number, line in enumerate(pem.decode().splitlines()[1:-1]):
            self.secrets[f"line {number} of the key"] = line
        snowflake = self._servers.snowflake.settings()
        said = environment(self._place, replace(snowflake, password=None, private_key_path=key))
        alert = "/{}?+X-Token={}".format(*map(self._quoted, ("alert path", "alert header")))
        urls = [
            f"json://{self._login('alert')}@127.0.0.1:{each.server.server_port}{alert}"
            for each in receivers
        ]
        nobody = f"jsons://{self._login('alert')}@{NOBODY}{alert}"
        self.set(
            **said,
            SNOWFLAKE_PRIVATE_KEY_PASSPHRASE=passphrase,
            SNOWFLAKE_PASSWORD=self.secret("SNOWFLAKE_PASSWORD"),
            AWS_ACCESS_KEY_ID=self.secret("AWS_ACCESS_KEY_ID"),
            AWS_SECRET_ACCESS_KEY=self.secret("AWS_SECRET_ACCESS_KEY"),
            AWS_SESSION_TOKEN=self.secret("AWS_SESSION_TOKEN"),
            DAGSTER_PG_PASSWORD=self.secret("DAGSTER_PG_PASSWORD"),
            ECOM_ALERT_URLS=" ".join([*urls, nobody]),
            HTTPS_PROXY=f"http://{self._login('proxy')}@{NOBODY}",
            NO_PROXY="127.0.0.1",
        )

    def set(self, **values: str) -> None:
        """Set environment variables."""
        for name, value in values.items():
            self._patch.setenv(name, value)

    def _land(self) -> None:
        for day, lines in (
            (GOOD, [event(1), event(2)]),
            (BAD, [event(3, event_ts=str(BAD)), "no JSON", "no JSON either"]),
        ):
            texts = [line if isinstance(line, str) else json.dumps(line) for line in lines]
            self._servers.s3.client().put_object(
                Bucket=self._place.bucket,
                Key=f"{self._place.prefix}/dt={day}/a.jsonl",
                Body="\n".join(texts).encode(),
            )

    def _set_up(self) -> None:
        setup.main([])
        setup.main(["--apply"])
        self._servers.snowflake.failures.append("create stage")
        self._refused("a set-up", lambda: setup.main(["--apply"]))

    def _use(self, instance: dg.DagsterInstance) -> None:
        """What works: two days, one of them held, in one run, the answers, the digest, alerts."""
        alerts = _Alerts(instance)
        alerts.tick()
        assert not self._run(instance, GOOD, BAD).success, "a day is held"
        self.hear("cursors", f"{alerts.tick()} {alerts.cursor}")
        definitions = build_definitions(read_settings())
        made = definitions.resolve_job_def(JOB).execute_in_process(instance=instance)
        assert made.success
        answers.main(["--format", "json"])
        assert try_channels(read_settings()) == 1
        for finding in examine():
            self.hear("make doctor", str(finding))

    @contextmanager
    def _listened(self) -> Iterator[None]:
        call = BaseClient._make_api_call
        theirs = self._servers.snowflake.s3  # Snowflake reads with a role of its own

        def heard(client: Any, operation: str, parameters: dict[str, Any]) -> Any:
            if client is not theirs:
                self.asked.append((operation, parameters))
            return call(client, operation, parameters)

        with mock.patch.object(BaseClient, "_make_api_call", heard):
            yield

    def _fail(self, instance: dg.DagsterInstance) -> None:
        with self._otherwise():
            self._servers.snowflake.failures += ["insert into staging"] * 3
            self._run_fails("a refused statement", instance)
        with refusing() as port:
            wrong = wrong_connections(
                port, self._login("proxy"), self._login("endpoint"), self.secret("wrong passphrase")
            )
            for what, settings in wrong.items():
                with self._otherwise(**settings):
                    self._tried(what, instance)

    def _tried(self, what: str, instance: dg.DagsterInstance) -> None:
        """A fault, met wherever it may be met."""
        if self._in_full or what in RUN_ANYWAY:
            self._run_fails(what, instance)
        if self._in_full or "refused" in what:
            for finding in examine():
                self.hear("make doctor", str(finding))
        if any(word in what for word in ("S3", "AWS", "endpoint")):
            self._refused(f"the sensor arrivals with {what}", lambda: self._arrivals(instance))
        else:
            self._refused(f"a session with {what}", _session)
            self._refused(f"the set-up with {what}", lambda: setup.main(["--apply"]))

    @contextmanager
    def _otherwise(self, **settings: str) -> Iterator[None]:
        before = dict(os.environ)
        self.set(**settings)
        try:
            yield
        finally:
            self.set(**{name: before.get(name, "") for name in settings})

    def _run(
        self, instance: dg.DagsterInstance, first: date, last: date | None = None
    ) -> dg.ExecuteInProcessResult:
        days = {"dagster/partition": str(first)}
        if last:
            days = {
                "dagster/asset_partition_range_start": str(first),
                "dagster/asset_partition_range_end": str(last),
            }
        job = build_definitions(read_settings()).resolve_job_def("sales")
        debug = {"loggers": {"console": {"config": {"log_level": "DEBUG"}}}}
        return job.execute_in_process(
            instance=instance, tags=days, run_config=debug, raise_on_error=False
        )

    def _run_fails(self, what: str, instance: dg.DagsterInstance) -> None:
        assert not self._run(instance, GOOD).success, what
        self.failures.append(f"a run with {what}")

    def _refused(self, what: str, action: Any) -> None:
        try:
            action()
        except SystemExit as said:
            self.hear("errors", str(said))
            self.failures.append(what)
        except Exception:
            self.hear("errors", traceback.format_exc())
            self.failures.append(what)
        else:
            raise AssertionError(f"{what} should have failed")

    def _arrivals(self, instance: dg.DagsterInstance) -> None:
        settings = read_settings()
        sensor = build_arrivals(settings)
        definitions = build_definitions(settings)
        with dg.build_sensor_context(
            instance=instance,
            resources={"landing": landing_of(settings)},
            definitions=definitions,
        ) as context:
            sensor.evaluate_tick(context)

    def _postgres(self) -> None:
        place = {"HOST": "127.0.0.1", "PORT": "9", "DB": "dagster", "USERNAME": "dagster"}
        self.set(DAGSTER_COMPUTE_LOGS=str(self._root))
        self.set(**{f"DAGSTER_PG_{name}": value for name, value in place.items()})
        said = InstanceRef.from_dir(str(PROJECT_ROOT / "deploy"))
        self.hear("texts of objects", f"{said} {said.to_dict()}")
        dg.DagsterInstance.from_ref(said)

    def _settings_that_are_wrong(self) -> None:
        key = (self._root / "key.p8").read_text()
        login = f"{self.secret('user of a URL')}:{self.secret('password of a URL')}"
        for name, value in wrong_settings(login, key, self.secret("AWS_SECRET_ACCESS_KEY")).items():
            with self._otherwise(**{name: value}), pytest.raises(SettingsError) as raised:
                read_settings()
            self.failures.append(f"a wrong {name}")
            self.hear("errors", "".join(traceback.format_exception(raised.value)))
            self.hear("errors", str(raised.value))
        with self._otherwise(SNOWFLAKE_PRIVATE_KEY_PATH="".join(key.splitlines()[1:-1])):
            self._refused("a key's content in place of its path", read_settings)

    def _read_all(self, receivers: list[Receiver]) -> None:
        self.hear("standard output and error", self._out.getvalue())
        self.hear("logging at DEBUG", self._log.getvalue())
        for receiver in receivers:
            for message in receiver.messages:
                self.hear("alerts as sent", " ".join(message))
        self.hear("statements to Snowflake", "\n".join(self._servers.snowflake.statements))
        for name, content in written_below(self._root / "dagster"):
            self.hear("what Dagster keeps", f"{name}\n".encode() + content)
        client = self._servers.s3.client()
        where = {"Bucket": self._place.bucket}
        for stored in client.list_objects_v2(**where, Prefix=self._place.prefix)["Contents"]:
            got = client.get_object(**where, Key=stored["Key"])
            self.hear("objects in S3", stored["Key"].encode() + got["Body"].read())


class _Alerts(Alerts):
    """The sensor over what the environment says."""

    def __init__(self, instance: dg.DagsterInstance) -> None:
        settings = read_settings()
        pipeline: Any = type("Built", (), {"instance": instance, "settings": settings})
        super().__init__(pipeline, *settings.alert_urls)


@contextmanager
def _logged(log: io.StringIO) -> Iterator[None]:
    """Everything that is logged in this process, at DEBUG; but for the servers in it."""
    handler = logging.StreamHandler(log)
    handler.addFilter(
        lambda record: not record.name.startswith(("fakesnow", "uvicorn", "werkzeug"))
    )
    root = logging.getLogger()
    level = root.level
    root.setLevel(logging.DEBUG)
    root.addHandler(handler)
    try:
        yield
    finally:
        root.removeHandler(handler)
        root.setLevel(level)


def _session() -> None:
    with warehouse_of(read_settings()).session(Purpose("test", "test"), print):
        pass


@contextmanager
def played(root: Path, servers: Production, *, in_full: bool) -> Iterator[Scenario]:
    """The scenario, done; in full with a run of the graph for each fault."""
    with ExitStack() as stack:
        patch = stack.enter_context(pytest.MonkeyPatch.context())
        for name in list(os.environ):
            if name.startswith(("ECOM_", "SNOWFLAKE_")):
                patch.delenv(name)
        patch.setattr(dg.RetryPolicy, "calculate_delay", lambda _policy, _attempt: 0)
        patch.setattr("ecom_assets.landing.s3.REQUEST_TRIES", 1)
        patch.setattr("ecom_assets.warehouse.snowflake.LOGIN_SECONDS", 1)
        patch.setattr("ecom_assets.setup.snowflake.LOGIN_SECONDS", 1)
        receivers = [stack.enter_context(receiving()) for _ in range(2)]
        receivers[1].status = 403
        (root / "dagster").mkdir()
        scenario = Scenario(root, servers, patch, in_full=in_full)
        scenario.run(receivers)
        yield scenario
