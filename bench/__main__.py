"""`make bench`: what people do, measured against a view that does nothing behind the same server, session and sign-in.

Needs PostgreSQL and Redis on loopback (DATABASE_URL, REDIS_URL name others). Makes a database of its own and removes
it. Figures are of one run on one
machine: the ratios are what to compare, never the times. `python -m bench home reply` measures only what has these
words in its name.
"""

import json
import os
import platform
import re
import secrets
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit, urlunsplit

import psycopg

from bench.measure import Browser, Figures, Operation, measure
from bench.servers import running

if TYPE_CHECKING:  # needs settings, which main() makes first
    from bench import people

WIDTHS = (9, 8, 8, 9, 9, 8, 6, 9)
DATABASE = f"wbl_bench_{os.getpid()}"


@contextmanager
def scratch_database(url: str) -> Iterator[str]:
    """A database for this run only."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{DATABASE}"')  # type: ignore[call-overload]
    parts = urlsplit(url)
    try:
        yield urlunsplit(parts._replace(path=f"/{DATABASE}"))
    finally:
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(f'DROP DATABASE IF EXISTS "{DATABASE}" WITH (FORCE)')  # type: ignore[call-overload]


def main() -> None:
    admin_url = os.environ.get("BENCH_DATABASE_URL", "postgres://postgres@127.0.0.1:5432/postgres")
    with tempfile.TemporaryDirectory(prefix="wbl-bench-") as folder, scratch_database(admin_url) as url:
        os.environ |= {
            "DATABASE_URL": url,
            "REDIS_URL": os.environ.get("REDIS_URL", "redis://127.0.0.1:6379/9"),
            "DATA_DIR": folder,
            "DJANGO_SETTINGS_MODULE": "bench.settings",
            "LOG_LEVEL": "ERROR",
        }
        run(dict(os.environ), sys.argv[1:])


def run(environment: dict[str, str], wanted: list[str]) -> None:
    import django

    django.setup()
    from django.core.management import call_command
    from django.utils import timezone

    call_command("prepare", collectstatic=True, verbosity=0)
    from bench import people

    world = people.make(timezone.now())
    operations = [
        o for o in _operations(world) if o.name == "nothing" or not wanted or any(word in o.name for word in wanted)
    ]
    statements = {operation.name: _statements(operation, world) for operation in operations}
    with running({**environment, "DJANGO_SETTINGS_MODULE": "bench.settings"}) as servers:
        figures = []
        for operation in operations:
            sessions = [world.staff_session] * 8 if operation.name.startswith("report") else world.sessions
            figures.append(measure(operation, servers, sessions, nothing=operations[0]))
            print(f"  measured {operation.name}", file=sys.stderr, flush=True)
    report(figures, statements)


def _operations(world: "people.World") -> list[Operation]:
    home = f"/c/{world.cohort.slug}/"
    page, talk, check = (f"{home}{world.item[kind].key}/" for kind in ("page", "discussion", "check"))

    def reply(browser: Browser, n: int) -> None:
        thread = world.threads[n % len(world.threads)]
        body = "I would ask them twice, since what they say the second time is what they found out. " * 3
        browser.post(
            f"{talk}posts/{thread}/replies/", {"body": body, "token": secrets.token_urlsafe(12)}, expect=(303,)
        )

    return [
        Operation("nothing", lambda browser, n: browser.get("/bench/nothing/"), times=120),
        Operation("home", lambda browser, n: browser.get(home), target=5),
        Operation("page", lambda browser, n: browser.get(page), target=3),
        Operation("thread of 60 posts", lambda browser, n: browser.get(talk), target=6),
        Operation("report of 60 people", lambda browser, n: browser.get("/reports/completions/"), target=7),
        Operation("report as CSV", lambda browser, n: browser.get("/reports/completions.csv"), target=5),
        Operation("whole check", _whole_check(check, world.answers), times=20, target=15),
        Operation("reply", reply, target=3),
    ]


def _whole_check(address: str, answers: dict[str, object]) -> Callable[[Browser, int], None]:
    """Begin, answer each question, submit, read the feedback: fourteen requests."""

    def run(browser: Browser, n: int) -> None:
        browser.post(f"{address}attempts/", {}, expect=(302,))
        text = browser.get(address).decode()
        number = int(re.search(r"attempts/(\d+)/submit/", text)[1])  # type: ignore[index]
        version = int(re.search(r'name="version" value="(\d+)"', text)[1])  # type: ignore[index]
        for name, answer in answers.items():
            saved = browser.put(
                f"{address}answers/",
                json.dumps({"version": version, "attempt": number, "answers": {name: answer}}).encode(),
            )
            version = json.loads(saved)["version"]
        browser.post(
            f"{address}attempts/{number}/submit/",
            {"version": str(version), "anyway": "1", **_fields(answers)},
            expect=(302,),
        )
        browser.get(f"{address}attempts/{number}/")

    return run


def _fields(answers: dict[str, object]) -> dict[str, object]:
    """Answers as the form sends them: a value, several, or one for each row."""
    fields: dict[str, object] = {}
    for name, answer in answers.items():
        if isinstance(answer, dict):
            fields |= {f"q-{name}-{row}": value for row, value in answer.items()}
        else:
            fields[f"q-{name}"] = answer
    return fields


def _statements(operation: Operation, world: "people.World") -> int:
    """SQL statements of one run, counted in this process through the same code."""
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    class InProcess(Browser):
        def __init__(self, session: str) -> None:
            self.client = Client(headers={"host": "localhost"})
            self.client.cookies["__Host-session"] = session
            self.csrf, self.bytes = "", 0

        def _ask(
            self, method: str, path: str, body: bytes | None, headers: dict[str, str], expect: tuple[int, ...]
        ) -> bytes:
            answer = self.client.generic(
                method, path, body or b"", headers.get("Content-Type", "text/html"), headers={**headers}
            )
            if answer.status_code not in expect:
                raise RuntimeError(f"{method} {path} answered {answer.status_code}")
            return answer.getvalue()

    browser = InProcess(world.staff_session if operation.name.startswith("report") else world.sessions[-1])
    operation.run(browser, 1)
    with CaptureQueriesContext(connection) as queries:
        operation.run(browser, 2)
    return len(queries)


def report(figures: list[Figures], statements: dict[str, int]) -> None:
    model = next(
        (
            line.split(":")[1].strip()
            for line in Path("/proc/cpuinfo").read_text().splitlines()
            if line.startswith("model name")
        ),
        "?",
    )
    print(f"\n{platform.platform()}, {os.cpu_count()} cores, {model}, Python {platform.python_version()}")
    print("CPU over all server processes, the database included; wall times alone; requests at 8 clients")
    print("ratio: to the view that does nothing, measured again just before and after each operation\n")
    heads = zip(("CPU ms", "ratio", "target", "p50 ms", "p95 ms", "per s", "SQL", "bytes"), WIDTHS, strict=True)
    print(f"{'operation':<22}" + "".join(f"{head:>{width}}" for head, width in heads))
    for f in figures:
        target = f"{f.target:g}" if f.target else ""
        print(
            f"{f.name:<22}{f.cpu:>9.2f}{f.cpu / f.unit:>8.1f}{target:>8}{f.p50:>9.1f}{f.p95:>9.1f}{f.per_second:>8.0f}"
            f"{statements[f.name]:>6}{f.bytes:>9,}"
        )


if __name__ == "__main__":
    main()
