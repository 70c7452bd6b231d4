"""The files of `deploy/` agree with each other, with the project and with Dagster's own checks.

A failure means that an image, a compose project or a release made of them would not start. Nothing
is built or released: that takes a container engine and a cluster. `test_postgres.py` runs the rest.
"""

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

import dagster as dg
import pytest
import yaml  # type: ignore[import-untyped]

from ecom_assets.settings import PROJECT_ROOT

DEPLOY = PROJECT_ROOT / "deploy"
DAGSTER = dg.__version__
PROGRAMS = {"dagster": 2, "dagster-daemon": 1, "dagster-webserver": 0, "python": 0}
"""The programs of the image, and how many words after each say what it is to do."""

# The keys of the chart's values that helm-values.yaml uses; None where any name is allowed below.
# Read from helm/dagster in dagster-io/dagster on GitHub: values.yaml, what values.schema.json is
# made of (schema/schema/charts/), and templates/configmap-instance.yaml. The files of the chart's
# release 1.13.27 itself were not at hand: `helm template` is what confirms them.
_RESOURCES = {"requests": None, "limits": None}
CHART: Mapping[str, Any] = {
    "global": {"postgresqlSecretName": {}},
    "generatePostgresqlPasswordSecret": {},
    "generateCeleryConfigSecret": {},
    "postgresql": {
        "enabled": {},
        "postgresqlHost": {},
        "postgresqlUsername": {},
        "postgresqlDatabase": {},
        "postgresqlScheme": {},
        "service": {"port": {}},
    },
    "dagster-user-deployments": {
        "enabled": {},
        "deployments": {
            "name": {},
            "image": {"repository": {}, "tag": {}, "pullPolicy": {}},
            "codeServerArgs": None,
            "port": {},
            "env": {"name": {}, "value": {}},
            "envSecrets": {"name": {}},
            "volumes": None,
            "volumeMounts": {"name": {}, "mountPath": {}, "readOnly": {}},
            "includeConfigInLaunchedRuns": {"enabled": {}},
            "podSecurityContext": None,
            "resources": _RESOURCES,
        },
    },
    "runLauncher": {
        "type": {},
        "config": {"k8sRunLauncher": {"imagePullPolicy": {}, "resources": _RESOURCES}},
    },
    "dagsterWebserver": {"service": {"type": {}}, "resources": _RESOURCES},
    "ingress": {"enabled": {}},
    "dagsterDaemon": {
        "env": None,
        "runCoordinator": {
            "enabled": {},
            "type": {},
            "config": {"customRunCoordinator": {"module": {}, "class": {}, "config": None}},
        },
        "runMonitoring": {
            "enabled": {},
            "startTimeoutSeconds": {},
            "pollIntervalSeconds": {},
            "maxResumeRunAttempts": {},
            "freeSlotsAfterRunEndSeconds": {},
        },
        "runRetries": {"enabled": {}},
        "resources": _RESOURCES,
    },
    "telemetry": {"enabled": {}},
    "additionalInstanceConfig": None,
}
INSTANCE_FROM_CHART = {"scheduler", "run_launcher", "run_coordinator", "compute_logs", "telemetry"}
"""What the chart writes into its dagster.yaml by itself: the same key twice is no YAML."""


@pytest.mark.parametrize("source", ["dagster.yaml", "helm-values.yaml"])
def test_dagster_accepts_the_instance(
    source: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By Dagster's own validation, and with nothing in the file that it does not know."""
    instance = _load("dagster.yaml")
    for name in _variables(instance):
        monkeypatch.setenv(name, "5432")
    if source == "helm-values.yaml":
        added = _load(source)["additionalInstanceConfig"]
        assert not INSTANCE_FROM_CHART & set(added)
        assert {key: instance[key] for key in added} == added, "the two deployments differ"
        coordinator = _load(source)["dagsterDaemon"]["runCoordinator"]["config"]
        coordinator = coordinator["customRunCoordinator"]
        assert coordinator["config"] == instance["run_queue"], "the two deployments differ"
        instance = {**added, "run_coordinator": coordinator, "telemetry": {"enabled": False}}
    (tmp_path / "dagster.yaml").write_text(yaml.safe_dump(instance))
    check = (
        "import sys; from dagster._core.instance.ref import InstanceRef; "
        "ref = InstanceRef.from_dir(sys.argv[1]); "
        "print([type(part).__name__ for part in (ref.run_launcher, ref.run_coordinator, "
        "ref.compute_log_manager)])"
    )
    checked = subprocess.run(
        [sys.executable, "-c", check, tmp_path], capture_output=True, text=True, check=False
    )
    assert checked.returncode == 0, checked.stderr
    assert "QueuedRunCoordinator" in checked.stdout


def test_the_two_instances_differ_where_they_have_to_and_nowhere_else() -> None:
    """One machine with a SQLite storage, or several with PostgreSQL; whatever keeps runs from
    standing in each other's way is the same."""
    ours = yaml.safe_load((PROJECT_ROOT / "dagster.yaml").read_text())
    theirs = _load("dagster.yaml")
    for instance in (ours, theirs):
        for name in ("storage", "compute_logs"):
            del instance[name]
        assert instance["concurrency"]["runs"].pop("max_concurrent_runs") in (2, 4)
    assert ours == theirs


def test_every_variable_of_the_instance_is_given() -> None:
    """The image and the compose file give what dagster.yaml reads; env.example names it."""
    variables = set(_variables(_load("dagster.yaml")))
    image = set(re.findall(r"\b([A-Z_]+)=", (DEPLOY / "Dockerfile").read_text()))
    example = set(re.findall(r"(?m)^#?([A-Z_]+)=", (DEPLOY / "env.example").read_text()))
    compose = _load("compose.yaml")["services"]
    for name in ("code", "webserver", "daemon"):
        assert variables <= image | set(compose[name]["environment"]), name
    assert {name for name in variables if name.startswith("DAGSTER_PG_")} <= example
    assert set(re.findall(r"\$\{([A-Z_]+)", (DEPLOY / "compose.yaml").read_text())) <= example | {
        "ECOM_IMAGE_TAG",
        "ECOM_UI_PORT",
    }


def test_the_daemon_has_the_same_environment_in_both_deployments() -> None:
    ours = _load("compose.yaml")["services"]["daemon"]["environment"]
    theirs = _load("helm-values.yaml")["dagsterDaemon"]["env"]
    # what is taken from the environment of compose is Helm's to set by its own values
    assert {name: one for name, one in ours.items() if not one.startswith("${")} == theirs


def test_no_secret_is_written_down() -> None:
    for path in DEPLOY.iterdir():
        for name, value in re.findall(r"(?m)^\W*([A-Z_]*PASS[A-Z_]*)[=:] *(.*)$", path.read_text()):
            assert value == "" or value.startswith("${"), f"{path.name}: {name}"


def test_a_container_may_do_no_more_than_it_needs_and_fills_no_disk() -> None:
    services = _load("compose.yaml")["services"]
    for name, service in services.items():
        assert service["logging"]["options"] == {"max-size": "10m", "max-file": "5"}, name
        assert service["stop_grace_period"] == "60s", name
        if name != "postgres":  # whose image begins as root and changes to a user of its own
            assert service["cap_drop"] == ["ALL"]
            assert service["security_opt"] == ["no-new-privileges:true"]
            assert service["read_only"] is True
            assert "/tmp" in service["tmpfs"]
            assert service["mem_limit"].startswith("${ECOM_MEMORY")


def test_compose_services_fit_together() -> None:
    compose = _load("compose.yaml")
    services = compose["services"]
    assert set(services) == {"postgres", "code", "webserver", "daemon"}
    for name, service in services.items():
        assert service["restart"] == "unless-stopped", name
        for port in service.get("ports", []):
            assert port.startswith("127.0.0.1:"), f"{name} is open to the network: {port}"
        for other, needs in service.get("depends_on", {}).items():
            assert other in services
            # the code location's check is the image's own
            assert "healthcheck" in services[other] or other == "code"
            assert needs == {"condition": "service_healthy"}
        for mount in service.get("volumes", []):
            volume = re.sub(r"\$\{.*?\}", "/host", mount).split(":")[0]
            assert volume.startswith("/") or volume in compose["volumes"], f"{name}: {mount}"
    assert [name for name in services if "ports" in services[name]] == ["webserver"]
    dockerfile = services["code"]["build"]["dockerfile"]
    assert (DEPLOY / services["code"]["build"]["context"] / dockerfile).is_file()


def test_services_run_commands_that_exist(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Each program is there, and each of its options in its own help."""
    dockerfile = (DEPLOY / "Dockerfile").read_text().replace("\\\n", "")
    commands = [yaml.safe_load(found) for found in re.findall(r"CMD (\[.*\])", dockerfile)]
    for service in _load("compose.yaml")["services"].values():
        check = service.get("healthcheck", {}).get("test", ["CMD-SHELL"])
        commands += [service["command"]] if "command" in service else []
        commands += [check[1:]] if check[0] == "CMD" else []
    assert len(commands) == 6
    for program, *words in commands:
        if program == "python":
            continue
        assert (Path(sys.executable).parent / program).exists()
        (script,) = entry_points(group="console_scripts", name=program)
        asked = [program, *words[: PROGRAMS[program]], "--help"]
        monkeypatch.setattr("sys.argv", asked)
        with pytest.raises(SystemExit) as ended:  # in this process: each start takes seconds
            script.load()()
        said = capsys.readouterr()
        assert ended.value.code == 0, said.err
        for option in (word for word in words if word.startswith("--")):
            assert re.search(rf"{option}\b", said.out), f"{asked} has no {option}"


def test_one_setting_says_how_all_of_dagster_s_processes_log() -> None:
    services, setting = _load("compose.yaml")["services"], "${ECOM_LOG_FORMAT:-colored}"
    for name, variables in {
        "code": ["DAGSTER_CLI_CODE_SERVER_START_LOG_FORMAT", "DAGSTER_CLI_API_GRPC_LOG_FORMAT"],
        "webserver": ["DAGSTER_WEBSERVER_LOG_FORMAT"],
    }.items():
        assert {services[name]["environment"][variable] for variable in variables} == {setting}
    assert services["daemon"]["command"][-2:] == ["--log-format", setting]


def test_workspace_names_the_code_location_of_compose() -> None:
    (server,) = (entry["grpc_server"] for entry in _load("workspace.yaml")["load_from"])
    assert server["host"] in _load("compose.yaml")["services"]
    dockerfile = (DEPLOY / "Dockerfile").read_text()
    assert f'"--port", "{server["port"]}"' in dockerfile
    assert f'"--location-name", "{server["location_name"]}"' in dockerfile


def test_image_is_made_of_files_that_exist_and_are_sent() -> None:
    """Each COPY names files of the project that Dockerfile.dockerignore lets through."""
    dockerfile = (DEPLOY / "Dockerfile").read_text()
    sent = re.findall(r"(?m)^!(.+)$", (DEPLOY / "Dockerfile.dockerignore").read_text())
    copied = [
        source
        for line in re.findall(r"(?m)^COPY (?!--from)(.+)$", dockerfile)
        for source in line.split()[:-1]
    ]
    assert sorted(set(copied)) == sorted(sent)
    for source in copied:
        assert (PROJECT_ROOT / source).exists(), source
    user = dockerfile.rindex("\nUSER ")
    assert "root" not in dockerfile[user : user + 20]
    assert user < dockerfile.rindex("\nCMD "), "the container would run as root"


def test_wheel_of_the_image_holds_the_sql(tmp_path: Path) -> None:
    """The image installs a wheel, not the folder: what is not in the wheel is not there."""
    for name in ("setup.cfg", "pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(PROJECT_ROOT / name, tmp_path)
    without_caches = shutil.ignore_patterns("__pycache__")
    shutil.copytree(PROJECT_ROOT / "ecom_assets", tmp_path / "ecom_assets", ignore=without_caches)
    code = "import setuptools; setuptools.setup()"
    built = subprocess.run(
        [sys.executable, "-c", code, "-q", "build", "--build-lib", "built"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert built.returncode == 0, built.stderr
    source = {
        str(path.relative_to(tmp_path))
        for path in tmp_path.glob("ecom_assets/**/*")
        if path.suffix in (".py", ".sql", ".typed") and path.is_file()
    }
    made = {str(p.relative_to(tmp_path / "built")) for p in tmp_path.glob("built/**/*")}
    assert source <= made


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-image.lock"])
def test_locks_are_exact_and_of_the_same_release(lock: str) -> None:
    """Names and versions, no address, and nothing that the project's lock has otherwise."""
    ours = _pins(DEPLOY / lock)
    project = _pins(PROJECT_ROOT / "requirements.lock")
    assert not {name for name in ours if project.get(name, ours[name]) != ours[name]}
    for name, version in ours.items():
        if name.startswith("dagster-"):
            assert version == project["dagster-aws"], "Dagster's libraries are released together"


def test_chart_values_are_keys_of_the_chart() -> None:
    values = _load("helm-values.yaml")
    assert list(_unknown(values, CHART)) == []
    assert f"release {DAGSTER}" in (DEPLOY / "helm-values.yaml").read_text()


def test_chart_serves_the_same_code_location() -> None:
    (code,) = _load("helm-values.yaml")["dagster-user-deployments"]["deployments"]
    dockerfile = (DEPLOY / "Dockerfile").read_text()
    for word in [*code["codeServerArgs"], str(code["port"])]:
        assert f'"{word}"' in dockerfile
    assert f"--uid {code['podSecurityContext']['runAsUser']} " in dockerfile
    assert code["image"]["tag"] != "latest"


def _load(name: str) -> Any:
    return yaml.safe_load((DEPLOY / name).read_text())


def _variables(config: Any) -> Iterator[str]:
    """The names that a configuration takes from the environment."""
    if isinstance(config, dict):
        if set(config) == {"env"}:
            yield config["env"]
        for value in config.values():
            yield from _variables(value)


def _pins(path: Path) -> dict[str, str]:
    lines = path.read_text().splitlines()
    assert lines
    assert all(re.fullmatch(r"[A-Za-z0-9._-]+==[A-Za-z0-9.]+", line) for line in lines), path
    return {
        name.lower().replace("_", "-"): version for name, version in (x.split("==") for x in lines)
    }


def _unknown(values: Any, known: Any, path: str = "") -> Iterator[str]:
    """The paths of values whose key is not among those known."""
    if isinstance(values, list):
        for value in values:
            yield from _unknown(value, known, path)
    elif isinstance(values, dict) and known is not None:
        for key, value in values.items():
            if key in known:
                below = known[key]
                yield from _unknown(value, below, f"{path}.{key}")
            else:
                yield f"{path}.{key}"
