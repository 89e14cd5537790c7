"""The production processes for a measurement:

PostgreSQL's database, Redis's, the web server and a worker, and the CPU time they all used.
"""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

TICK = os.sysconf("SC_CLK_TCK")


@dataclass
class Servers:
    """What was started (process groups) and what ran before and works for us (PostgreSQL, Redis, by name)."""

    port: int
    groups: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def cpu_seconds(self) -> float:
        """User and system time of all server processes so far, the database's and the broker's included."""
        mine = {process.pid for process in self.groups}
        total = 0.0
        for stat in Path("/proc").glob("[0-9]*/stat"):
            try:
                text = stat.read_text()
            except OSError:  # it ended while we looked
                continue
            name = text[text.index("(") + 1 : text.rindex(")")]
            fields = text[text.rindex(")") + 2 :].split()
            if int(fields[2]) in mine or name.startswith(("postgres", "redis-server")):
                # Children that ended are in the last two: PostgreSQL's backends come and go.
                total += sum(int(value) for value in fields[11:15]) / TICK
        return total

    def stop(self) -> None:
        for process in self.groups:
            os.killpg(process.pid, signal.SIGTERM)
        for process in self.groups:
            process.wait(30)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def running(environment: dict[str, str]) -> Iterator[Servers]:
    """Web server and worker, as in production, for as long as the block runs."""
    port = free_port()
    environment = {**environment, "PORT": str(port), "HOST": "127.0.0.1"}
    servers = Servers(port)
    commands = [
        [sys.executable, "-m", "gunicorn", "-c", "gunicorn.conf.py", "wbl_course.wsgi"],
        [sys.executable, "-m", "celery", "-A", "wbl_course", "worker", "-l", "warning"],
    ]
    for command in commands:
        servers.groups.append(
            subprocess.Popen(command, env=environment, start_new_session=True, stdout=subprocess.DEVNULL)
        )
    try:
        _wait_for(port)
        _settle(servers)
        yield servers
    finally:
        servers.stop()


def _wait_for(port: int, seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        with socket.socket() as probe:
            probe.settimeout(1)
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise RuntimeError(f"The web server did not answer on port {port} within {seconds:.0f} s.")


def _settle(servers: Servers, seconds: float = 60) -> None:
    """Wait until the worker has started too: what starting costs would be counted to the first operation."""
    deadline, before = time.monotonic() + seconds, servers.cpu_seconds()
    while time.monotonic() < deadline:
        time.sleep(1.5)
        now = servers.cpu_seconds()
        if now - before < 0.05:
            return
        before = now
    raise RuntimeError(f"The processes were still busy after {seconds:.0f} s.")
