"""The files: complete, inert, streamed and written down."""

from datetime import datetime

import pytest
from django.http import StreamingHttpResponse
from django.utils import timezone
from openpyxl.utils.escape import unescape

from cohorts.actions import progress
from cohorts.models import Override
from foundation.audit.models import Entry
from knowledgechecks.models import Attempt
from lessonplans.models import LessonPlan, PlanVersion, Review
from modules.models import Item
from reports import columns, exports, ledger
from tests.lessonplans.conftest import PARTS, REGION
from tests.reports.conftest import CSV, XLSX, did, enrol, invite, table_of, text_of, workbook_of

DONE = [
    f"{module}/{fact}"
    for module in ("first", "second")
    for fact in ("read-me:read", "talk:posted", "check:passed", "plan:drafted")
]


ANSWERS = {
    "code_system": "top",
    "program_code": "2206.00",
    "activity_types": ["T7", "T1"],
    "sections_per_year": 2,
    "students_per_section": 35,
}


def label(key: str, code: str) -> str:
    """What the course's list calls it."""
    found = {field["key"]: field for section in PARTS["lesson-plan"]["sections"] for field in section["fields"]}
    return next(option["label"] for option in found[key]["options"] if option["code"] == code)


@pytest.fixture
def finisher(cohort, college, facilitator, enrolment):
    """Somebody about whom every column says something."""
    edition = cohort.edition
    edition.parts, edition.region = PARTS, REGION
    edition.save()
    user = enrolment.user
    user.is_career_education = True
    user.save()
    now = timezone.now()
    plan = LessonPlan.objects.create(
        enrolment=enrolment,
        status="approved",
        data=ANSWERS,
        title="Neighborhood food map",
        stage="THROUGH",
        sharing="named",
        updated_at=now,
        submitted_at=now,
        approved_at=now,
        approved_by=facilitator,
    )
    snapshot = PlanVersion.objects.create(plan=plan, number=1, began_at=now, at=now, reason="submitted")
    scores = {criterion["key"]: 2 for criterion in PARTS["rubric"]["criteria"]}
    decided = {"opened_at": now, "snapshot": snapshot, "plan": plan, "decided_at": now, "decided_by": facilitator}
    Review.objects.create(state="approved", scores=scores, **decided)
    for number, (item, score) in enumerate([("first/check", 50.0), ("first/check", 90.0), ("second/check", 80.0)], 1):
        source = Item.objects.get(module__edition=edition, module__slug=item.split("/")[0], slug="check")
        Attempt.objects.create(
            enrolment=enrolment, item=item, source=source, number=number, submitted_at=now, score=score, receipt="r"
        )
    did(enrolment, *DONE)
    for module in ("first", "second"):
        Override.objects.create(enrolment=enrolment, item=f"{module}/talk", reason="Read them all", by=facilitator)
    progress.complete_if_due(enrolment=enrolment, now=now)
    enrolment.refresh_from_db()
    return enrolment


def test_every_column_is_filled(as_, staff, finisher):
    [row] = table_of(as_(staff).get(CSV))
    today = timezone.now().astimezone(finisher.cohort.zone).date().isoformat()
    certificate = finisher.certificate
    as_of = row.pop("As of")
    assert row == {
        "Participant ID": str(finisher.user_id),
        "Last name": "Participant",
        "First name": "Pat",
        "E-mail": "participant@example.org",
        "College": "First College",
        "District": "District",
        "Role": "Full-time faculty",
        "Discipline": "Geography",
        "CE/non-CE": "CE",
        "TOP": "2206.00",
        "CIP": "",
        "Cohort": "Fall 2026",
        "Term": "Fall 2026",
        "Fiscal year": row["Fiscal year"],
        "Facilitator": "Fran Facilitator",
        "Enrolled date": today,
        "Start date": today,
        "Last activity": row["Last activity"],
        "Modules complete": "2",
        "Modules in course": "2",
        "Average check score": "85.0",
        "Posts": "0",
        "Replies": "0",
        "Plan status": "Approved",
        "Plan title": "Neighborhood food map",
        "Stage": label("stage", "THROUGH"),
        "Activity types": f"{label('activity_types', 'T7')}; {label('activity_types', 'T1')}",
        "Plan approved date": today,
        "Rubric total": "16",
        "Rubric points possible": "24",
        "Planned reach": "70",
        "Survey submitted": "",  # the small course has none
        "Status": "Completed",
        "Completion date": today,
        "Hours awarded": "3.5",
        "Compensation choice": "Not decided yet",
        "Certificate number": certificate.number,
        "Certificate date": today,
        "Sharing consent": "With my name",
    }
    assert datetime.fromisoformat(as_of).tzinfo is not None


def test_the_workbook_says_the_same_in_numbers_and_days(as_, staff, finisher):
    [row] = table_of(as_(staff).get(CSV))
    book = workbook_of(b"".join(as_(staff).get(XLSX).streaming_content))
    head, line = list(book["Completions"].iter_rows())
    told = {name.value: cell.value for name, cell in zip(head, line, strict=True)}
    assert list(told) == list(row)
    for name, value in told.items():
        if isinstance(value, datetime):
            assert value.date().isoformat() == row[name]
        elif isinstance(value, int | float):
            assert float(row[name]) == value
        elif name != columns.AS_OF:
            assert (value or "") == row[name]
    assert isinstance(told["Planned reach"], int)
    assert isinstance(told["Completion date"], datetime)


@pytest.mark.parametrize("typed", ["inf", "nan", "1e999", "2000000000000", "many"])
def test_what_a_plan_keeps_as_it_was_typed_is_no_number(as_, staff, finisher, typed):
    LessonPlan.objects.update(data={**ANSWERS, "students_per_section": typed})
    assert table_of(as_(staff).get(CSV))[0]["Planned reach"] == ""
    assert "Neighborhood food map" in text_of(as_(staff).get(XLSX))


def test_the_second_sheet_explains_the_first(as_, staff, finisher):
    book = workbook_of(b"".join(as_(staff).get(XLSX, {"status": "finished"}).streaming_content))
    about = {row[0].value: row[1].value for row in book["About"].iter_rows() if row[0].value}
    assert about["Filters"].endswith("status completed, in time or late")
    assert about["Rows"] == "1"
    assert {column.header for column in columns.COLUMNS} | {"As of", "Inactive", "Completed late"} <= set(about)


def test_an_invitation_has_what_the_roster_said(as_, staff, cohort, college):
    invite(cohort, college=college, first_name="Gil", last_name="Gray", email="gil@example.org")
    [row] = table_of(as_(staff).get(CSV))
    assert (row["Last name"], row["E-mail"], row["College"], row["Status"]) == (
        "Gray",
        "gil@example.org",
        "First College",
        "Invited",
    )
    assert row["Participant ID"] == row["Modules complete"] == row["Plan status"] == row["Enrolled date"] == ""


ATTACKS = [
    "=1+1",
    "+1",
    "-1",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "\n=1",
    "＝1+1",
    "＋1",
    "－1",
    "＠A1",
    '=HYPERLINK("http://x")',
    "=cmd|' /C calc'!A0",
]


@pytest.fixture
def hostile(finisher, facilitator):
    """The same formula in every text of the row that a person or a file can fill."""

    def fill(text: str) -> None:
        cohort, user, plan = finisher.cohort, finisher.user, finisher.lesson_plan
        user.first_name = user.last_name = user.discipline = text
        user.email = "=cmd@example.org"
        user.save()
        finisher.college.name = finisher.college.district = text
        finisher.college.save()
        cohort.title = text[:80]
        cohort.term = text[:40]
        cohort.save()
        facilitator.first_name, facilitator.last_name = text, ""
        facilitator.save()
        plan.title = plan.stage = text
        plan.stage = text[:40]
        plan.data = {**plan.data, "program_code": text, "activity_types": [text]}
        plan.save()
        finisher.certificate.number = text[:20]
        finisher.certificate.save()

    return fill


# A person's name keeps its blanks out: leading tabs and line ends cannot be typed there, but a file could bring them.
TEXTS = [
    "Last name",
    "First name",
    "College",
    "District",
    "Discipline",
    "TOP",
    "Cohort",
    "Term",
    "Plan title",
    "Stage",
    "Activity types",
    "Certificate number",
]


@pytest.mark.parametrize("text", ATTACKS)
def test_no_text_starts_a_formula(as_, staff, finisher, hostile, text):
    hostile(text)
    client = as_(staff)
    [row] = table_of(client.get(CSV, {"term": "all"}))
    for name in TEXTS:
        expected = text[:20] if name == "Certificate number" else text
        assert row[name] == f"'{expected}", name
    assert row["E-mail"] == "'=cmd@example.org"
    assert not [cell for cell in row.values() if cell and cell[0] in "=+-@\t\r\n＝＋－＠"]

    book = workbook_of(b"".join(client.get(XLSX, {"term": "all"}).streaming_content))
    cells = [cell for sheet in book for line in sheet.iter_rows() for cell in line]
    assert [cell for cell in cells if cell.data_type == "f"] == []
    head, line = list(book["Completions"].iter_rows())
    told = {name.value: cell.value for name, cell in zip(head, line, strict=True)}
    # The format writes control characters as _x000D_; nothing of the text is lost or added.
    assert [unescape(told[name]) for name in TEXTS] == [
        text[:20] if name == "Certificate number" else text for name in TEXTS
    ]


def test_without_the_defense_a_formula_would_be_seen(as_, staff, finisher, hostile, monkeypatch):
    hostile("=1+1")
    monkeypatch.setattr(exports, "FORMULA", ())
    [row] = table_of(as_(staff).get(CSV, {"term": "all"}))
    assert row["Plan title"] == "=1+1"


def test_a_text_that_no_cell_holds_is_cut_and_marked():
    assert exports.fit("a" * 32_767) == "a" * 32_767
    cut = exports.fit("a" * 32_768)
    assert (len(cut), cut.endswith(" … [cut]")) == (32_767, True)
    wide = exports.fit("𝔸" * 20_000)  # each counts twice
    assert len(wide.encode("utf-16-le")) // 2 <= 32_767
    assert wide.endswith("𝔸 … [cut]")


def test_quotes_commas_and_lines_survive(as_, staff, cohort, college):
    odd = 'He said "no", then\nleft; ünïcode 漢字'
    enrol(cohort, college, last_name=odd)
    [row] = table_of(as_(staff).get(CSV))
    assert row["Last name"] == odd


def test_the_file_is_named_by_its_moment_and_is_a_download(as_, staff, participant):
    response = as_(staff).get(CSV)
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    assert response["Content-Disposition"].startswith('attachment; filename="completions-20')
    assert "no-store" in response["Cache-Control"]
    book = as_(staff).get(XLSX)
    assert ".xlsx" in book["Content-Disposition"]
    assert "no-store" in book["Cache-Control"]
    b"".join(book.streaming_content)


def test_an_export_is_written_down_before_it_leaves(as_, staff, cohort, college, other_college):
    for each in (college, college, other_college):
        enrol(cohort, each)
    invite(cohort, college=college)
    response = as_(staff).get(CSV, {"college": "first"})
    entry = Entry.objects.get(action="export.completions")
    assert (entry.actor, entry.consortium) == (staff, "home-region")
    assert entry.detail == {"format": "csv", "filters": {"term": "2026-fall", "college": "first"}, "rows": 3}
    assert len(table_of(response)) == 3
    b"".join(as_(staff).get(XLSX).streaming_content)
    assert Entry.objects.filter(action="export.completions").count() == 2


def test_a_refused_export_is_not_written_down(as_, staff, participant):
    assert as_(staff).get(CSV, {"college": "nowhere"}).status_code == 422
    assert as_(participant).get(CSV).status_code == 403
    assert not Entry.objects.exists()


def test_rows_come_in_chunks_and_nobody_is_lost_or_told_twice(as_, staff, cohort, college, monkeypatch):
    """A report of many is never in memory as a whole: a chunk is sent before the one after the next is read."""
    monkeypatch.setattr(ledger, "CHUNK", 3)
    for number in range(17):
        enrol(cohort, college, last_name=f"Name{number:02d}", completed=number % 2 == 0)
    for number in range(4):
        invite(cohort, last_name=f"Guest{number}")
    read: list[int] = []
    original = ledger.add_facts
    monkeypatch.setattr(ledger, "add_facts", lambda rows: (read.append(len(rows)), original(rows)))

    response = as_(staff).get(CSV)
    assert isinstance(response, StreamingHttpResponse)
    assert read == [3, 3, 3]
    assert Entry.objects.get(action="export.completions").detail["rows"] == 21
    rows = table_of(response)
    assert read == [3, 3, 3, 3, 3, 2]
    expected = [f"Name{number:02d}" for number in range(17)] + [f"Guest{number}" for number in range(4)]
    assert [row["Last name"] for row in rows] == expected

    some = as_(staff).get(CSV, {"status": "finished"})
    assert Entry.objects.first().detail["rows"] == len(table_of(some)) == 9


def test_an_empty_report_is_a_file_with_its_heading(as_, staff, cohort):
    response = as_(staff).get(CSV)
    text = b"".join(response.streaming_content).decode()
    assert text.count("\r\n") == 1
    book = workbook_of(b"".join(as_(staff).get(XLSX).streaming_content))
    assert book["Completions"].max_row == 1


def test_only_reading_makes_a_file(as_, staff, participant):
    for address in (CSV, XLSX):
        assert as_(staff).post(address).status_code == 405
