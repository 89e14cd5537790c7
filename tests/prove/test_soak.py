"""A soak: eight people at once for four minutes, against the processes of production. Nothing fails, and nothing grows.

The first quarter warms caches up. From then to the end, memory, open files and database connections stay where they
are: memory within 15 per cent (a leak of one object a request would show; a fuller page or a larger heap stays below).
PROVE_SCALE shortens it; below 0.25 memory has not settled yet when the measurement begins, and only twice as much counts.
"""

import random
import secrets
import statistics
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

import pytest

from tests.journeys.installation import until
from tests.prove import measuring
from tests.prove.conftest import SCALE, Say
from tests.prove.person import Answer, Person
from tests.prove.production import Production

pytestmark = pytest.mark.prove

SECONDS = max(20.0, 240 * SCALE)
CLIENTS = 8
THINKING = (0.1, 0.5)  # seconds between two things that one person does
SAMPLE_EVERY = 3.0 if SCALE > 0.5 else 0.5
MORE_MEMORY = 1.15 if SCALE >= 0.25 else 1.3
COHORT = "fall-2026"
HOME = f"/c/{COHORT}/"
FIELDS = ("activity_summary", "access_plan", "plan_b", "student_context", "learning_note")
WORDS = "They shadow somebody for an hour, ask what went wrong last week, and write down who had to clear up after it. "


@dataclass
class Log:
    """What everybody did, and how long each thing took."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    seconds: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    failures: list[str] = field(default_factory=list)
    documents: list[tuple[str, str]] = field(default_factory=list)  # person, page of the request

    def note(self, name: str, found: Answer, *expected: int) -> Answer:
        with self.lock:
            self.seconds[name].append(found.seconds)
            if found.status not in expected:
                self.failures.append(f"{name}: {found.status} instead of {expected}: {found.text[:200]}")
        return found


@dataclass
class Course:
    """What there is to open."""

    page: str
    talk: str
    check: str
    threads: list[tuple[int, str]]


class Client:
    """One person in an ordinary hour."""

    def __init__(self, person: Person, facts: dict[str, Any], course: Course, log: Log, seed: int) -> None:
        self.person, self.email, self.plan = person, facts["email"], facts["plan"]
        self.version, self.course, self.log, self.dice = facts["version"], course, log, random.Random(seed)
        self.attempt, self.attempt_version, self.answers = facts["attempt"], facts["attempt_version"], facts["answers"]

    def act(self) -> None:
        everything: list[tuple[Callable[[], None], int]] = [
            (self.home, 22), (self.page, 20), (self.thread, 15), (self.plan_page, 8), (self.save_plan, 15),
            (self.save_check, 12), (self.notices, 4), (self.reply, 2), (self.ask_for_pdf, 2),
        ]  # fmt: skip
        turns, weights = zip(*everything, strict=True)
        self.dice.choices(turns, weights)[0]()

    def look(self, name: str, address: str) -> None:
        self.log.note(name, self.person.get(address), 200)

    def home(self) -> None:
        self.look("home", HOME)

    def page(self) -> None:
        self.look("page", HOME + self.course.page + "/")

    def thread(self) -> None:
        self.look("thread", HOME + self.course.talk + "/")

    def plan_page(self) -> None:
        self.look("plan", f"{HOME}plan/?section=D")

    def notices(self) -> None:
        self.look("notices", "/notices/")

    def save_plan(self) -> None:
        content = {"version": self.version, "changes": {self.dice.choice(FIELDS): WORDS + secrets.token_hex(8)}}
        found = self.log.note("save plan", self.person.save(f"{HOME}plan/fields/", content), 200)
        self.version = found.json["version"]

    def save_check(self) -> None:
        """One answer, given or taken back."""
        question = self.dice.choice(list(self.answers))
        answer = self.answers[question] if self.dice.random() < 0.7 else None
        content = {"version": self.attempt_version, "attempt": self.attempt, "answers": {question: answer}}
        found = self.log.note("save check", self.person.save(f"{HOME}{self.course.check}/answers/", content), 200)
        self.attempt_version = found.json["version"]

    def reply(self) -> None:
        post = self.dice.choice([pk for pk, author in self.course.threads if author != self.email])
        fields = {"body": f"<p>{WORDS * 3}</p>", "token": secrets.token_urlsafe(18)}
        self.log.note("reply", self.person.form(f"{HOME}{self.course.talk}/posts/{post}/replies/", fields), 303)

    def ask_for_pdf(self) -> None:
        fields = {"kind": "lesson-plan", "subject_id": self.plan}
        found = self.log.note("ask for PDF", self.person.form("/documents/", fields, Accept="application/json"), 202)
        with self.log.lock:
            self.log.documents.append((self.email, found.json["page"]))


@dataclass(frozen=True)
class Sample:
    """One look at the processes: bytes in memory, open files, and connections to the database."""

    at: float
    web: int
    worker: int
    renderers: int
    files: int
    connections: int


@pytest.fixture
def site() -> Iterator[Production]:
    installation = Production("soak", WORKER_CONCURRENCY="2", WEB_CONCURRENCY="2")
    try:
        installation.open()
        yield installation
    finally:
        installation.close()


def test_hours_of_ordinary_use_fail_nowhere_and_leave_nothing_behind(site: Production, say: Say) -> None:
    log, clients = Log(), _clients(site)
    ended = threading.Event()
    for client in clients:
        client.log = log
    begun = time.monotonic()
    with ThreadPoolExecutor(len(clients)) as crowd:
        at_work = [crowd.submit(_work, client, ended) for client in clients]
        try:
            samples = list(_samples(site, begun))
        finally:
            ended.set()
    for work in at_work:
        work.result()
    took = time.monotonic() - begun
    assert log.failures == []
    made = _documents_are_made(site, clients, log)

    early, late = _windows(samples)
    web, worker = _growth(early, late, "web"), _growth(early, late, "worker")
    files, connections = _medians(early, late, "files"), _medians(early, late, "connections")
    everything = [seconds for rows in log.seconds.values() for seconds in rows]
    say(
        f"soak: {len(everything)} requests in {took:.0f} s by {CLIENTS} people ({len(everything) / took:.0f} a second), {made} PDFs; no error",
        f"soak: p50/p95 in ms: all {measuring.words_of(everything)}; "
        + ", ".join(f"{name} {measuring.words_of(rows)}" for name, rows in sorted(log.seconds.items())),
        f"soak: memory of the web server {_mib(early, 'web')} to {_mib(late, 'web')} MiB ({web:+.1%}), of the worker {_mib(early, 'worker')} to "
        f"{_mib(late, 'worker')} MiB ({worker:+.1%}), of renderers at most {max(s.renderers for s in samples) // measuring.MIB} MiB",
        f"soak: open files {files[0]:.0f} to {files[1]:.0f}, database connections at most {max(s.connections for s in samples)}",
    )
    assert web < MORE_MEMORY - 1
    assert worker < MORE_MEMORY - 1
    # A connection of a person who is thinking is open or not: as many as there are people may come and go.
    assert files[1] <= files[0] + CLIENTS
    assert connections[1] <= connections[0] + CLIENTS
    site.check_invariants()


def _clients(site: Production) -> list[Client]:
    items = site.backstage("outline", cohort=COHORT)
    first = {item["kind"]: item["key"] for item in reversed([i for i in items if i["module"] == items[0]["module"]])}
    talk = site.backstage("talk", cohort=COHORT)
    course = Course(first["page"], talk["key"], first["check"], [(pk, author) for pk, author in talk["threads"]])
    clients = []
    for number, facts in enumerate(site.backstage("crew", cohort=COHORT, count=CLIENTS)):
        email = facts["email"]
        person = Person(site, site.backstage("session", email=email))
        assert person.get("/settings/").status == 200
        saved = person.save(f"{HOME}plan/fields/", {"version": facts["version"], "changes": {"plan_b": WORDS}})
        assert saved.status == 200, saved.text
        assert person.form(f"{HOME}{course.check}/attempts/", {}).status == 302
        answers = site.backstage("right_answers", email=email, cohort=COHORT, item=course.check)
        attempt = site.backstage("open_attempt", email=email, cohort=COHORT, item=course.check)
        facts |= {"version": saved.json["version"], "plan": site.backstage("plan_of", email=email, cohort=COHORT)}
        facts |= {"answers": answers, "attempt": attempt["number"], "attempt_version": attempt["version"]}
        clients.append(Client(person, facts, course, Log(), number))
    return clients


def _work(client: Client, ended: threading.Event) -> None:
    try:
        while not ended.is_set():
            client.act()
            time.sleep(client.dice.uniform(*THINKING))
    finally:
        client.person.close()


def _samples(site: Production, begun: float) -> Iterator[Sample]:
    """Look at the processes until the time is over."""
    while (at := time.monotonic() - begun) < SECONDS:
        families = {name: measuring.family(site.running[name].pid) for name in ("web", "worker", "beat")}
        renderers = [pid for pid in families["worker"] if "documents.rendering" in measuring.command(pid)]
        pool = [pid for pid in families["worker"] if pid not in renderers]
        everybody = [pid for pids in families.values() for pid in pids]
        files = {pid: measuring.open_files(pid) for pid in everybody}
        yield Sample(
            at=at,
            web=sum(map(measuring.memory, families["web"])),
            worker=sum(map(measuring.memory, pool)),
            renderers=sum(map(measuring.memory, renderers)),
            files=sum(map(len, files.values())),
            connections=site.connections(path for found in files.values() for path in found),
        )
        time.sleep(SAMPLE_EVERY)


def _windows(samples: list[Sample]) -> tuple[list[Sample], list[Sample]]:
    """After the first quarter, a fifth of the time; and the last fifth."""
    early = [sample for sample in samples if 0.25 <= sample.at / SECONDS < 0.45]
    late = [sample for sample in samples if sample.at / SECONDS >= 0.8]
    return early, late


def _medians(early: list[Sample], late: list[Sample], name: str) -> tuple[float, float]:
    before, after = (statistics.median(getattr(sample, name) for sample in each) for each in (early, late))
    return before, after


def _growth(early: list[Sample], late: list[Sample], name: str) -> float:
    before, after = _medians(early, late, name)
    return after / before - 1


def _mib(window: list[Sample], name: str) -> int:
    return round(statistics.median(getattr(sample, name) for sample in window) / measuring.MIB)


def _documents_are_made(site: Production, clients: list[Client], log: Log) -> int:
    """All that was asked for, within a minute of the last."""
    until(lambda: not site.backstage("unfinished")["documents"], f"PDFs are made\n{site.log('worker')}", 60)
    people = {client.email: client.person for client in clients}
    assert log.documents
    for email, page in log.documents:
        assert people[email].get(page, Accept="application/json").json["state"] == "done", page
    for person in people.values():
        person.close()
    return len(log.documents)
