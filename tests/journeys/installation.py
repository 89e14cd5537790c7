"""A whole installation for tests: web server, worker and beat as real processes with data of their own, killed by their process groups."""

import contextlib
import email
import email.policy
import functools
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from email.message import EmailMessage
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit, urlunsplit

from bin.run import die_with_parent, programs
from tests.journeys.gate import Gate

ROOT = Path(__file__).resolve().parent.parent.parent
PASSWORD = "correct-horse-battery-staple"
T = TypeVar("T")


def until(condition: Callable[[], T], what: str, seconds: float = 30) -> T:
    """Wait for a condition, and say which one when it does not come."""
    deadline = time.monotonic() + seconds
    while not (found := condition()):
        if time.monotonic() > deadline:
            raise AssertionError(f"Waited {seconds:.0f} s in vain: {what}")
        time.sleep(0.1)
    return found


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _own_redis(url: str) -> str:
    """A database of the given Redis that nobody else uses; the key in it says that it is taken."""
    import redis

    for number in range(15, 9, -1):
        own = urlunsplit(urlsplit(url)._replace(path=f"/{number}"))
        with redis.Redis.from_url(own) as client:
            owner = client.get("journey")
            if isinstance(owner, bytes) and not Path(f"/proc/{int(owner)}").exists():
                client.flushdb()  # of a run that was interrupted
            if client.dbsize() == 0 and client.set("journey", os.getpid(), nx=True):
                return own
    raise RuntimeError(
        "All databases of this Redis are in use; flush those that an interrupted run left behind (10 to 15)."
    )


@contextlib.contextmanager
def postgres(url: str) -> Iterator[Any]:
    """A connection to this server that needs no transaction."""
    import psycopg

    with psycopg.connect(url, autocommit=True) as connection:
        yield connection


class Installation:
    """One web server, one worker, one scheduler, over the real course and the demonstration."""

    stage = "tests.journeys.backstage"

    def __init__(self, folder: Path) -> None:
        self.folder, self.port = folder, free_port()
        self.url = f"http://localhost:{self.port}"
        self.running: dict[str, subprocess.Popen[bytes]] = {}
        self.database = self.redis = ""
        self.gate: Gate | None = None
        self._backstage: subprocess.Popen[str] | None = None
        folder.mkdir(parents=True)
        self.env = self._environment()

    def _environment(self) -> dict[str, str]:
        env = {
            name: value
            for name, value in os.environ.items()
            if name not in ("WBL_TESTING", "WBL_FAULTS", "STATIC_ROOT")
        }
        if server := env.get("DATABASE_URL"):
            self.server, self.database = server, f"wbl_journey_{os.getpid()}"
            with postgres(server) as connection:
                connection.execute(f'create database "{self.database}"')
            env["DATABASE_URL"] = urlunsplit(urlsplit(server)._replace(path=f"/{self.database}"))
        if env.get("REDIS_URL"):
            self.redis = _own_redis(env["REDIS_URL"])
            parts = urlsplit(self.redis)
            self.gate = Gate(parts.hostname or "127.0.0.1", parts.port or 6379)
            login = f"{parts.netloc.rpartition('@')[0]}@" if "@" in parts.netloc else ""
            env["REDIS_URL"] = urlunsplit(parts._replace(netloc=f"{login}127.0.0.1:{self.gate.port}"))
        return env | {
            "DJANGO_SETTINGS_MODULE": "wbl_course.settings",
            "DATA_DIR": str(self.folder),
            "DEBUG": "1",
            "SECRET_KEY": "for-journeys-only",
            "SITE_URL": self.url,
            "PORT": str(self.port),
            "DEMO_PASSWORD": PASSWORD,
            "WEB_CONCURRENCY": "1",
            "WORKER_CONCURRENCY": "1",
            "PYTHONWARNINGS": "ignore:You're running the worker",
        }

    # ---- Processes

    def manage(self, *words: str) -> str:
        done = subprocess.run(
            [sys.executable, "manage.py", *words], cwd=ROOT, env=self.env, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, f"manage.py {' '.join(words)}\n{done.stdout}{done.stderr}"
        return done.stdout

    def start(self, name: str, *, as_: str = "", **more: str) -> None:
        """Start web, worker or beat in a process group of its own, with more in its environment."""
        with (self.folder / f"{as_ or name}.log").open("ab") as log:
            self.running[as_ or name] = subprocess.Popen(
                programs()[name],
                cwd=ROOT,
                env=self.env | more,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=die_with_parent,  # noqa: PLW1509  # it makes one system call
            )

    def kill(self, name: str, number: int = signal.SIGKILL) -> None:
        """End it and everything it started, at once."""
        process = self.running.pop(name, None)
        if process is not None:
            with contextlib.suppress(ProcessLookupError):  # it had ended by itself, with all it started
                os.killpg(process.pid, number)
            process.wait()

    def open(self) -> None:
        self.manage("prepare", "--collectstatic", "--demo")
        for name in ("web", "worker", "beat"):
            self.start(name)
        self.wait_for_web(self.port)

    def wait_for_web(self, port: int, name: str = "web") -> None:
        def listens() -> bool:
            with socket.socket() as probe:
                return probe.connect_ex(("127.0.0.1", port)) == 0

        until(listens, f"the web server answers on {port}\n{self.log(name)}")

    def log(self, name: str) -> str:
        path = self.folder / f"{name}.log"
        return path.read_text(errors="replace")[-3000:] if path.exists() else ""

    def close(self) -> None:
        for name in list(self.running):
            self.kill(name)
        if self._backstage is not None:
            self._backstage.kill()
            self._backstage.communicate()
        if self.database:
            with postgres(self.server) as connection:
                connection.execute(f'drop database if exists "{self.database}" with (force)')
        if self.gate is not None:
            self.gate.shut()
            import redis

            with redis.Redis.from_url(self.redis) as client:
                client.flushdb()

    def take_broker_away(self) -> None:
        """Redis refuses; where the embedded broker had its folder, there is a file, so that nobody makes a new one."""
        if self.gate is not None:
            self.gate.shut()
        else:
            (self.folder / "broker").rename(self.folder / "broker-away")
            (self.folder / "broker").touch()

    def bring_broker_back(self) -> None:
        if self.gate is not None:
            self.gate.open()
        elif (self.folder / "broker-away").exists():
            (self.folder / "broker").unlink()
            (self.folder / "broker-away").rename(self.folder / "broker")

    # ---- Behind the stage

    def backstage(self, name: str, **words: Any) -> Any:
        """Run a function of `stage` in a process that has this installation's database."""
        if self._backstage is None:
            command = [sys.executable, "-m", self.stage]
            self._backstage = subprocess.Popen(
                command,
                cwd=ROOT,
                env=self.env,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
                preexec_fn=die_with_parent,  # noqa: PLW1509  # it makes one system call
            )
        stdin, stdout = self._backstage.stdin, self._backstage.stdout
        assert stdin is not None
        assert stdout is not None
        stdin.write(json.dumps([name, words]) + "\n")
        stdin.flush()
        answer = json.loads(stdout.readline() or '{"error": "backstage ended; its last words are above"}')
        assert "error" not in answer, answer["error"]
        return answer["value"]

    def mail_to(self, address: str) -> list[EmailMessage]:
        """The e-mails to somebody that the worker has put into the folder, oldest first."""
        folder = self.folder / "mail"
        files = [path.read_bytes() for path in sorted(folder.iterdir())] if folder.is_dir() else []
        parts = [part.lstrip() for file in files for part in file.split(b"\n" + b"-" * 79 + b"\n")]
        mails = [email.message_from_bytes(part, policy=email.policy.default) for part in parts if part]
        return [mail for mail in mails if mail["To"] == address]

    def check_invariants(self) -> None:
        assert "All invariants hold" in (told := self.backstage("check_invariants")), told


@functools.cache
def shared() -> Installation:
    """The one of this test process; journeys and faults use the same."""
    worker = os.environ.get("PYTEST_XDIST_WORKER", "main")
    installation = Installation(Path(os.environ["WBL_TEST_DIR"]) / f"installation-{worker}")
    try:
        installation.open()
    except BaseException:
        installation.close()
        raise
    return installation


def close_shared() -> None:
    if shared.cache_info().currsize:
        shared().close()
        shared.cache_clear()
