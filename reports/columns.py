"""The columns of the completion report (wbl-course §7), declared once: the page, CSV, XLSX and the definitions read
this list.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from accounts.models import User
from cohorts.models import Compensation
from lessonplans.models import LessonPlan
from reports import ledger
from reports.ledger import Row

Cell = str | int | float | date | None


@dataclass(frozen=True)
class Column:
    """`value` is what a file gets. With a `short` heading the column is on the page, too; `shown` says it in words."""

    header: str
    value: Callable[[Row], Cell]
    meaning: str
    short: str = ""
    shown: Callable[[Row], Cell] | None = None
    sort: str = ""
    width: int = 14

    def on_page(self, row: Row) -> Cell:
        return (self.shown or self.value)(row)


def _text(name: str) -> Callable[[Row], str]:
    return lambda row: row.get(name) or ""


def _day(name: str) -> Callable[[Row], date | None]:
    """The day of a moment, where the cohort is."""
    return lambda row: _local(row, row.get(name))


def _local(row: Row, moment: datetime | None) -> date | None:
    return moment.astimezone(row.of.zone).date() if moment else None


def _code(system: str) -> Callable[[Row], str]:
    return lambda row: ledger.program_code(row, system)


def _id(row: Row) -> int | None:
    return None if row.is_invited else int(row.raw["user_id"])


def _cohort(row: Row) -> str:
    return row.of.cohort.title


def _started(row: Row) -> date | None:
    return _local(row, row.facts.started_at) if row.facts else None


def _discipline(row: Row) -> str:
    code = row.get("user__discipline") or ""
    return row.of.disciplines.get(code, code)


def _position(row: Row) -> str:
    code = row.get("user__position")
    return User.Position(code).label if code else ""


def _career_education(row: Row) -> str:
    return "" if row.is_invited else "CE" if row.get("user__is_career_education") else "non-CE"


def _modules(row: Row) -> int | None:
    return row.facts.modules_done if row.facts else None


def _posts(row: Row) -> int | None:
    return row.facts.posts if row.facts else None


def _replies(row: Row) -> int | None:
    return row.facts.replies if row.facts else None


def _modules_of(row: Row) -> str | None:
    return f"{row.facts.modules_done} of {len(row.of.outline.modules)}" if row.facts else None


def _surveyed(row: Row) -> str:
    return {None: "", True: "Y", False: "N"}[row.facts.surveyed] if row.facts else ""


def _score(row: Row) -> float | None:
    return round(row.facts.score, 1) if row.facts and row.facts.score is not None else None


def _score_shown(row: Row) -> str | None:
    return f"{row.facts.score:.0f}%" if row.facts and row.facts.score is not None else None


def _hours(row: Row) -> float | None:
    hours = row.get("certificate__hours")
    return None if hours is None else float(hours)


def _compensation(row: Row) -> str:
    code = row.get("compensation")
    return Compensation(code).label if code else ""


def _sharing(row: Row) -> str:
    code = row.get("lesson_plan__sharing")
    return LessonPlan.Sharing(code).label if code in LessonPlan.Sharing else ""


SURVEYED = "Whether they submitted the survey at the end of the course. No report says what they answered."
SCORE = "Percent: the mean of the best scores, over the knowledge checks they handed in."
COLUMNS: tuple[Column, ...] = (
    Column("Participant ID", _id, "The same person has the same number in every cohort. Empty for an invitation."),
    Column("Last name", lambda row: row.last_name, "As in the profile now; of an invitation, as on the roster."),
    Column("First name", lambda row: row.first_name, "As in the profile now; of an invitation, as on the roster."),
    Column("E-mail", lambda row: row.email, "The address they sign in with.", width=28),
    Column("College", lambda row: row.college, "As it was when they enrolled.", width=26),
    Column("District", _text("college__district"), "The college’s district.", width=26),
    Column("Role", _position, "What they are at the college, as they said in their profile.", width=20),
    Column("Discipline", _discipline, "As the region’s list calls it, or the person’s own words.", width=22),
    Column("CE/non-CE", _career_education, "Whether they teach career education, as they said in their profile."),
    Column("TOP", _code("top"), "Program code of the plan’s course, where it is a TOP code."),
    Column("CIP", _code("cip"), "Program code of the plan’s course, where it is a CIP code."),
    Column("Cohort", _cohort, "The cohort they take the course in.", width=22, short="Cohort", sort="cohort"),
    Column("Term", lambda row: row.of.term, "The cohort’s term, as the region calls it."),
    Column("Fiscal year", lambda row: row.of.fiscal_year, "The region’s fiscal year in which the cohort starts."),
    Column("Facilitator", lambda row: row.of.facilitated_by, "All who facilitate the cohort now.", width=24),
    Column("Enrolled date", _day("enrolled_at"), "The day they joined the cohort."),
    Column("Start date", _started, "The day of the first thing they did that counts toward completion."),
    Column("Last activity", _day("last_active_at"), "The day they were last seen.", short="Last activity", sort="seen"),
    Column("Modules complete", _modules, "Modules in which all is done.", short="Modules", shown=_modules_of),
    Column("Modules in course", lambda row: len(row.of.outline.modules), "Modules of the cohort’s edition."),
    Column("Average check score", _score, SCORE, short="Checks", shown=_score_shown),
    Column("Posts", _posts, "First posts in discussions, without those they took back.", short="Posts"),
    Column("Replies", _replies, "Replies in discussions, without those they took back.", short="Replies"),
    Column("Plan status", ledger.plan_status, "Where the lesson plan is, from not begun to approved.", short="Plan"),
    Column("Plan title", _text("lesson_plan__title"), "Title of the lesson plan.", width=34),
    Column("Stage", ledger.stage, "The plan’s main stage on the continuum, as the region calls it.", width=20),
    Column("Activity types", ledger.activity_types, "What the plan has students do, by the course’s list.", width=30),
    Column("Plan approved date", _day("lesson_plan__approved_at"), "The day a facilitator approved the plan."),
    Column("Rubric total", ledger.rubric_total, "Points of the last review that was decided."),
    Column("Rubric points possible", ledger.rubric_most, "The most that rubric gives."),
    Column("Planned reach", ledger.planned_reach, "Sections a year times students in a section, as planned."),
    Column("Survey submitted", _surveyed, SURVEYED),
    Column("Status", lambda row: row.status.label, "See the statuses.", short="Status", sort="status"),
    Column("Completion date", _day("completed_at"), "The day all was done.", short="Completed", sort="completed"),
    Column("Hours awarded", _hours, "Hours on the certificate, the same for all who take an edition.", short="Hours"),
    Column("Compensation choice", _compensation, "How they want their hours counted; their college decides.", width=24),
    Column("Certificate number", _text("certificate__number"), "Anybody can verify it under this number.", width=18),
    Column("Certificate date", _day("certificate__issued_at"), "The day it was issued."),
    Column("Sharing consent", _sharing, "Whether the plan may stand in the gallery, and how.", width=22),
)  # fmt: skip

AS_OF = "As of"
AS_OF_MEANING = "The moment at which everything in the row was true. Days are days where the cohort is."

# On a phone one sees the name and the next column: that is the status.
PAGE = tuple(sorted((column for column in COLUMNS if column.short), key=lambda column: column.header != "Status"))

# What the page may be ordered by; None stands last in either direction.
SORTS: dict[str, Callable[[Row], Any]] = {
    "name": lambda row: (row.last_name.casefold(), row.first_name.casefold()),
    "cohort": lambda row: (row.of.cohort.starts_on, row.of.cohort.title),
    "status": lambda row: row.status.label,
    "seen": lambda row: row.get("last_active_at"),
    "completed": lambda row: row.get("completed_at"),
}
