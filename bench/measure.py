"""Measuring an operation:

CPU over all server processes, wall time alone, throughput at eight clients, bytes as they would cross the network.
"""

import gzip
import http.client
import statistics
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlencode

from bench.servers import Servers

CLIENTS = 8


class Browser:
    """A signed-in person's keep-alive connection. Raises RuntimeError for an answer that is not the expected one."""

    def __init__(self, port: int, csrf: str = "b" * 32) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        self.csrf = csrf
        self.headers = {"Host": "localhost", "Accept-Encoding": "gzip", "X-CSRFToken": csrf}
        self.bytes = 0

    def sign_in(self, session: str) -> None:
        """Go on as another person, over the same connection."""
        self.headers["Cookie"] = f"__Host-session={session}; __Host-csrf={self.csrf}"

    def get(self, path: str) -> bytes:
        return self._ask("GET", path, None, {}, (200,))

    def post(self, path: str, data: dict[str, object], *, expect: tuple[int, ...] = (302, 303)) -> bytes:
        body = urlencode({**data, "csrfmiddlewaretoken": self.csrf}, doseq=True).encode()
        return self._ask("POST", path, body, {"Content-Type": "application/x-www-form-urlencoded"}, expect)

    def put(self, path: str, body: bytes) -> bytes:
        return self._ask("PUT", path, body, {"Content-Type": "application/json", "X-Requested-With": "fetch"}, (200,))

    def _ask(
        self, method: str, path: str, body: bytes | None, headers: dict[str, str], expect: tuple[int, ...]
    ) -> bytes:
        self.connection.request(method, path, body=body, headers={**self.headers, **headers})
        answer = self.connection.getresponse()
        content = answer.read()
        if answer.status not in expect:
            raise RuntimeError(f"{method} {path} answered {answer.status}: {content[:300]!r}")
        compressed = answer.getheader("Content-Encoding") == "gzip"
        self.bytes += len(content) if compressed else len(gzip.compress(content, 6))
        return gzip.decompress(content) if compressed else content


@dataclass(frozen=True)
class Operation:
    """Something a person does: `run(browser, n)`, where n is new for each time."""

    name: str
    run: Callable[[Browser, int], object]
    times: int = 60
    target: float | None = None


@dataclass(frozen=True)
class Figures:
    """What one operation costs. Times in milliseconds; `unit` is the CPU of the view that does nothing, just before and
    just after it: a machine that others use, too, is not equally fast for a minute.
    """

    name: str
    cpu: float
    unit: float
    p50: float
    p95: float
    per_second: float
    bytes: int
    target: float | None


def measure(operation: Operation, servers: Servers, sessions: list[str], *, nothing: Operation) -> Figures:
    """Run an operation alone, then by eight people at once; each time by the next person, who does it for the first
    or second time, as people do.
    """
    browser = Browser(servers.port)
    for n in range(5):
        browser.sign_in(sessions[n % len(sessions)])
        operation.run(browser, n)
    before, _ = _alone(nothing, servers, sessions, browser)
    browser.bytes = 0
    cpu, walls = _alone(operation, servers, sessions, browser)
    size = browser.bytes // operation.times
    after, _ = _alone(nothing, servers, sessions, browser)
    return Figures(
        name=operation.name,
        cpu=cpu,
        unit=(before + after) / 2,
        p50=statistics.median(walls),
        p95=statistics.quantiles(walls, n=20)[18],
        per_second=_throughput(operation, servers, sessions),
        bytes=size,
        target=operation.target,
    )


def _alone(operation: Operation, servers: Servers, sessions: list[str], browser: Browser) -> tuple[float, list[float]]:
    """CPU of one run and the wall times of all, in milliseconds.

    The kernel counts CPU in hundredths of a second; enough repetitions make them fine enough.
    """
    before, walls = servers.cpu_seconds(), []
    for n in range(operation.times):
        browser.sign_in(sessions[(5 + n) % len(sessions)])
        begun = time.perf_counter()
        operation.run(browser, 1000 + n)
        walls.append((time.perf_counter() - begun) * 1000)
    return (servers.cpu_seconds() - before) * 1000 / operation.times, walls


def _throughput(operation: Operation, servers: Servers, sessions: list[str]) -> float:
    each = max(4, operation.times // 4)
    failures: list[BaseException] = []

    def work(client: int) -> None:
        browser = Browser(servers.port)
        try:
            for n in range(each):
                browser.sign_in(sessions[(client * each + n) % len(sessions)])
                operation.run(browser, 10_000 * (client + 1) + n)
        except (RuntimeError, OSError) as error:
            failures.append(error)

    threads = [threading.Thread(target=work, args=(client,)) for client in range(CLIENTS)]
    begun = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise failures[0]
    return CLIENTS * each / (time.perf_counter() - begun)
