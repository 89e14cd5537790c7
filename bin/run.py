"""`make run`: prepare this folder, then keep web server, worker and beat running until told to stop.

The supervisor is ours because none of the packages fits: honcho does not restart what ended, supervisor and circus
bring a configuration language and a control server for three processes (see docs/adr/supervisor.md).
"""

import ctypes
import fcntl
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from types import FrameType
from typing import IO

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent
BACKOFF = (0.5, 1, 2, 4, 8, 16, 30)  # seconds before the next start
STEADY = 60  # a process that lived this long starts again without waiting
PATIENCE = 25  # seconds for a warm shutdown, then the whole process group is killed
PR_SET_PDEATHSIG = 1


def programs() -> dict[str, list[str]]:
    celery = [str(BIN / "celery"), "--app", "wbl_course", "--quiet"]
    return {
        "web": [str(BIN / "gunicorn"), "wbl_course.wsgi"],
        "worker": [*celery, "worker", "--loglevel", "WARNING", "--without-gossip", "--without-mingle"],
        "beat": [*celery, "beat", "--loglevel", "WARNING", "--pidfile="],
    }


def die_with_parent() -> None:
    """Linux: a supervisor that was killed takes its children with it, so that the next start finds the port free."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


class Child:
    """One supervised program with a process group of its own."""

    def __init__(self, name: str, command: list[str], env: Mapping[str, str], clock: Callable[[], float]) -> None:
        self.name, self.command, self.env, self.clock = name, command, env, clock
        self.process: subprocess.Popen[bytes] | None = None
        self.failures = 0
        self.started_at = self.due_at = clock()

    def start(self) -> None:
        self.started_at = self.clock()
        self.process = subprocess.Popen(
            self.command,
            cwd=ROOT,
            env=self.env,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
            preexec_fn=die_with_parent,  # noqa: PLW1509  # this program has no threads
        )

    def look(self) -> None:
        """Start it when it is due; when it ended, clear away its group and say when it comes back."""
        if self.process is None:
            if self.clock() >= self.due_at:
                self.start()
            return
        code = self.process.poll()
        if code is None:
            return
        self.signal_group(signal.SIGKILL)  # pool processes of a killed worker would go on without it
        self.failures = 1 if self.clock() - self.started_at >= STEADY else self.failures + 1
        wait = BACKOFF[min(self.failures, len(BACKOFF)) - 1]
        print(f"{self.name} ended ({code}); starting it again in {wait} s", file=sys.stderr, flush=True)
        self.process, self.due_at = None, self.clock() + wait

    def signal(self, number: int) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(number)

    def signal_group(self, number: int) -> None:
        if self.process is not None:
            try:
                os.killpg(self.process.pid, number)
            except ProcessLookupError:
                return


class Supervisor:
    def __init__(
        self, commands: Mapping[str, list[str]], env: Mapping[str, str], clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.children = [Child(name, command, env, clock) for name, command in commands.items()]
        self.clock = clock
        self.stopping = False

    def on_signal(self, number: int, frame: FrameType | None) -> None:
        if number in (signal.SIGTERM, signal.SIGINT):
            self.stopping = True
            return
        for child in self.children:  # HUP reloads, USR1 and USR2 mean what each program says they mean
            child.signal(number)

    def run(self) -> None:
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGUSR1, signal.SIGUSR2):
            signal.signal(number, self.on_signal)
        while not self.stopping:
            for child in self.children:
                child.look()
            time.sleep(0.2)
        self.stop()

    def stop(self) -> None:
        for child in self.children:
            child.signal(signal.SIGTERM)
        deadline = self.clock() + PATIENCE
        for child in self.children:
            if child.process is not None:
                try:
                    child.process.wait(timeout=max(0.1, deadline - self.clock()))
                except subprocess.TimeoutExpired:
                    print(f"{child.name} did not stop in {PATIENCE} s; ending it", file=sys.stderr, flush=True)
                child.signal_group(signal.SIGKILL)
                child.process.wait()


def secret_key(data: Path) -> str:
    """The installation's own key, made once and readable by its owner only."""
    path = data / "secret-key"
    if not path.exists():
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_urlsafe(50))
    return path.read_text().strip()


def environment(data: Path) -> dict[str, str]:
    """What was set stays; what is missing becomes a demonstration on this machine."""
    env = dict(os.environ)
    port = env.setdefault("PORT", "8000")
    env["DATA_DIR"] = str(data)
    env.setdefault("DEBUG", "1")
    env.setdefault("SITE_URL", f"http://localhost:{port}")
    if not env.get("SECRET_KEY"):
        env["SECRET_KEY"] = secret_key(data)
    env.setdefault("DJANGO_SETTINGS_MODULE", "wbl_course.settings")
    # Celery warns root at length because of pickle, which our settings refuse.
    env.setdefault("PYTHONWARNINGS", "ignore:You're running the worker")
    env["PATH"] = f"{BIN}{os.pathsep}{env.get('PATH', '')}"
    return env


def only_one(data: Path) -> IO[str]:
    """Two workers on one folder are harmless, two schedulers are not; the lock lives as long as the returned file."""
    lock = (data / "run.lock").open("a+")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        lock.close()
        raise SystemExit(
            f"It already runs on {data}. Stop it first, or name another folder: DATA_DIR=… make run"
        ) from None
    return lock


def need_free_port(host: str, port: str) -> None:
    if not port.isdigit() or not 0 < int(port) < 65536:
        raise SystemExit(f"PORT must be a number between 1 and 65535, not {port!r}.")
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host.strip("[]"), int(port)))
        except OSError as error:
            reason = f"Port {port} on {host} cannot be used: {error.strerror}."
            raise SystemExit(f"{reason} Another program may have it; choose another one: PORT=8001 make run") from None


def main() -> None:
    data = Path(os.environ.get("DATA_DIR") or ROOT / "var").resolve()
    data.mkdir(parents=True, exist_ok=True)
    lock = only_one(data)
    need_free_port(os.environ.get("HOST", "127.0.0.1"), os.environ.get("PORT", "8000"))
    env = environment(data)
    prepare = [sys.executable, "manage.py", "prepare", "--collectstatic", "--demo"]
    if subprocess.run(prepare, cwd=ROOT, env=env, check=False).returncode:
        raise SystemExit("Preparing failed; the reason is above. Nothing was started.")
    print(f"\nThe course is at {env['SITE_URL']}/ (stop it with Ctrl+C)\n", flush=True)
    Supervisor(programs(), env).run()
    lock.close()


if __name__ == "__main__":
    main()
