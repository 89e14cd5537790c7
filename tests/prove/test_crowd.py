"""Sixty thousand people and eight years of cohorts. Every page asks the database as often as with a tenth of them, exports
send everybody within fixed memory, and the tasks of beat end in time.

PROVE_SCALE makes fewer people. What a page costs is counted in statements and bytes; seconds are printed, not judged.
"""

import csv
import io
import time
import zipfile
from collections.abc import Iterator
from typing import Any

import pytest

from tests.prove import measuring
from tests.prove.conftest import SCALE, Say
from tests.prove.person import Person
from tests.prove.production import Production

pytestmark = pytest.mark.prove

TERMS = 24  # eight years
PER_TERM = max(2, round(38 * SCALE))
FIRST = [0, 1, TERMS - 1]  # the running term, the last one, the oldest
STATEMENTS = 15
PAGE_BYTES = 400_000
EXPORT_MEMORY = 64 * measuring.MIB
STAFF, ADMIN = "staff@prove.example", "admin@prove.example"


@pytest.fixture
def site() -> Iterator[Production]:
    installation = Production("crowd", WEB_CONCURRENCY="1")
    try:
        installation.prepare(demo=False)
        yield installation
    finally:
        installation.close()


def test_sixty_thousand_people_cost_a_page_no_more_statements_than_a_few(site: Production, say: Say) -> None:
    site.backstage("grow", terms=FIRST, per_term=PER_TERM)
    facts = site.backstage("whereabouts")
    before, few = _everything(site, facts), facts["everybody"]

    begun = time.monotonic()
    site.backstage("grow", terms=[back for back in range(TERMS) if back not in FIRST], per_term=PER_TERM)
    grown = time.monotonic() - begun
    facts = site.backstage("whereabouts")
    after = _everything(site, facts)
    say(f"crowd: {few:,}, then {facts['everybody']:,} people in {facts['cohorts']} cohorts, made in {grown:.0f} s")
    say(*(f"crowd: {_words(old, new)}" for old, new in zip(before, after, strict=True)))
    assert facts["everybody"] > 5 * few
    assert [(row["address"], row["queries"]) for row in after] == [(row["address"], row["queries"]) for row in before]
    assert [row["address"] for row in after if row["queries"] > STATEMENTS] == []
    assert [row["address"] for row in after if row["bytes"] > PAGE_BYTES] == []

    _exports(site, facts, say)
    jobs = site.backstage("hourly")
    say(
        *(
            f"crowd: {job['address']} told {job['told']} in {job['seconds']:.1f} s, {job['queries']} statements"
            for job in jobs
        )
    )
    reminded, again = jobs[:2]
    assert reminded["told"] > 0
    assert again["told"] == 0
    assert [job["address"] for job in jobs[2:] if not job["told"] and job["address"] != "documents"] == []


def _everything(site: Production, facts: dict[str, Any]) -> list[dict[str, Any]]:
    """What the pages that lists of people could slow down cost whom they are for."""
    home = f"/c/{facts['cohort']}/"
    lessons = ["", f"{facts['module']}/", f"{facts['talk']}/", "plan/", "plan/versions/", "finish/"]
    run = ["board/", "roster/", "reviews/", "announcements/", "settings/", f"{facts['talk']}/"]
    report = "/reports/completions/"
    filters = ["", f"?college={facts['college']}", f"?term={facts['old_term']}", f"?cohort={facts['oldest']}&term=all"]
    asked = [
        (facts["participant"], ["/toolbox/", "/gallery/", "/notices/", *(home + each for each in lessons)]),
        (facts["facilitator"], ["/", "/toolbox/", "/gallery/", "/cohorts/new/", *(home + each for each in run)]),
        (STAFF, ["/", "/gallery/", *(report + each for each in filters)]),
        (ADMIN, ["/", "/audit/", "/course/", "/regions/"]),
    ]
    return [row for email, addresses in asked for row in site.backstage("pages", email=email, addresses=addresses)]


def _exports(site: Production, facts: dict[str, Any], say: Say) -> None:
    """Everybody of the consortium in one file, from the real server, whose memory is watched."""
    site.start("web")
    site.wait_for_web(site.port)
    staff = Person(site, site.backstage("session", email=STAFF), timeout=300)
    assert staff.get("/reports/completions/").status == 200
    servers = measuring.family(site.running["web"].pid)
    for ending, rows_of in (("csv", _rows_of_csv), ("xlsx", _rows_of_xlsx)):
        resting = sum(map(measuring.memory, servers))
        for pid in servers:
            measuring.forget_peak(pid)
        answer = staff.get(f"/reports/completions.{ending}?term=all")
        assert answer.status == 200
        more = sum(measuring.memory(pid, "VmHWM") for pid in servers) - resting
        rows = rows_of(answer.body)
        say(
            f"crowd: {ending} of {rows:,} rows, {len(answer.body) // measuring.MIB} MiB in {answer.seconds:.0f} s; {more // measuring.MIB} MiB more memory"
        )
        assert rows == facts["people"] + facts["invited"]
        assert more < EXPORT_MEMORY
    staff.close()
    site.kill("web")


def _rows_of_csv(content: bytes) -> int:
    rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig")), strict=True))
    assert {len(row) for row in rows} == {len(rows[0])}
    return len(rows) - 1


def _rows_of_xlsx(content: bytes) -> int:
    """Rows of the first sheet below its head, counted in the file itself: readers of workbooks take minutes for it."""
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        return book.read("xl/worksheets/sheet1.xml").count(b"<row ") - 1


def _words(old: dict[str, Any], new: dict[str, Any]) -> str:
    grew = f"{old['bytes']:,}" if old["bytes"] == new["bytes"] else f"{old['bytes']:,} → {new['bytes']:,}"
    return (
        f"{new['address']}: {new['queries']} statements, {grew} bytes, "
        f"{old['seconds'] * 1000:.0f} → {new['seconds'] * 1000:.0f} ms"
    )
