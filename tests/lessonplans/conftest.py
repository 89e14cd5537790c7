"""The real template and rubric over the small course, and a plan in which nothing is missing."""

import tomllib
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.conf import settings as configured
from django.utils import timezone

from cohorts.models import Cohort, Enrolment
from lessonplans import actions, parsing, template
from lessonplans.models import LessonPlan, Review
from lessonplans.template import PlanCourse
from modules.loader.source import Problem, Reading
from modules.models import Edition, Item

CONTENT = Path(configured.CONTENT_DIR)
REGION = {
    "colleges": [{"slug": "first", "name": "First College"}, {"slug": "second", "name": "Second College"}],
    "disciplines": [
        {"code": "geography", "label": "Geography"},
        {"code": "esl", "label": "English as a second language"},
    ],
    "sectors": [{"code": "health", "label": "Health"}],
    "terms": [{"code": "2026-fall", "label": "Fall 2026"}],
    "stage_labels": {"ABOUT": "Career Awareness", "THROUGH": "Career Interactions", "FOR": "Career Training"},
    "holidays": [{"date": "2026-11-26", "label": "Thanksgiving"}],
    "accent": {"light": "#0b5c6b", "dark": "#6fc3d1"},
}


def reading_of(path: str, head: Any = None, region: Any = None, parts: Any = None) -> Reading:
    """A file of the real course, or another head under its name, as the loader hands it to a parser."""
    raw = (CONTENT / path).read_text()
    lists = tomllib.loads((CONTENT / "lists.toml").read_text())
    values = {**REGION, **(region or {})}

    def options(name: str) -> Any:
        return values.get(name.removeprefix("region.")) if name.startswith("region.") else lists.get(name)

    problems: list[Problem] = []
    return Reading(
        path=path,
        head=tomllib.loads(raw) if head is None else head,
        text="",
        raw=raw,
        course=SimpleNamespace(lists=lists, region=values, options=options, parts=parts or {}),
        problems=problems,
        render=lambda reading, text, line, inline: f"<p>{text.strip()}</p>",
        fill=lambda reading, text, line: text,
    )


def parts() -> dict[str, Any]:
    return {
        "lesson-plan": parsing.parse_template(reading_of("lesson-plan/template.toml")),
        "rubric": parsing.parse_rubric(reading_of("lesson-plan/rubric.toml")),
    }


PARTS = parts()


@pytest.fixture(autouse=True)
def _without_second_factor(settings: Any) -> None:
    """Facilitators have none in the fixtures; what asks for it is tested with the accounts."""
    settings.SECOND_FACTOR_REQUIRED = False


@pytest.fixture
def edition(cohort: Cohort) -> Edition:
    """The cohort's edition with the real plan in it; its second plan step is done by the approval."""
    cohort.edition.parts = PARTS
    cohort.edition.region = REGION
    cohort.edition.save()
    step = Item.objects.get(module__edition=cohort.edition, module__slug="second", kind="plan")
    step.data = {**step.data, "fields": ["skills", "skill_evidence"], "submit": True}
    step.save()
    return cohort.edition


@pytest.fixture
def course(edition: Edition) -> PlanCourse:
    return template.of(edition)


FULL: dict[str, Any] = {
    "title": "Food access map of the valley",
    "co_authors": ["colleague@college.example"],
    "college": "first",
    "discipline": "geography",
    "course_code_title": "GEOG 2, Human Geography",
    "code_system": "top",
    "program_code": "2206.00",
    "credit_status": "credit",
    "delivery_modality": "in-person",
    "student_context": "Most work part time.\nMany speak Spanish at home.",
    "stage": {"primary": "THROUGH", "secondary": ""},
    "activity_types": ["T7"],
    "activity_summary": "Students map food access for a nonprofit.",
    "stage_rationale": "They produce a map that the partner uses.",
    "wbl_modality": "mixed",
    "hours_per_student": 12.5,
    "skills": ["analysis", "collaboration"],
    "skill_evidence": {"analysis": "They explain two patterns.", "collaboration": "They divide the work."},
    "nace": [],
    "barriers": ["schedule", "transport"],
    "access_plan": "Field hours are in class time.",
    "equal_alternative": "A remote data team.",
    "udl_options": "",
    "course_slos": ["Explain spatial patterns."],
    "wbl_outcomes": ["By week 14, make a map at a stated scale."],
    "alignment": [{"outcome": "1", "slo": "1", "skill": "analysis", "evidence": "The map"}],
    "partner_type": "nonprofit",
    "partner_name": "To be found",
    "partner_status": "idea",
    "sector": "health",
    "partner_role": "Briefs students and looks at the maps.",
    "partner_benefit": "A map they can use.",
    "outreach_plan": "Through the coordinator, by week 2.",
    "steps": [
        {
            "phase": phase,
            "week": "3",
            "students_do": "Read",
            "instructor_does": "Explain",
            "partner_does": "",
            "minutes": 60,
        }
        for phase in ("before", "during", "after")
    ],
    "reflection_model": {"other": "Our own"},
    "reflection_prompts": ["What did you see?", "So what?"],
    "evidence": "A map and two pages.",
    "student_rubric": [
        {"criterion": name, "levels": ["Best", "Good", "Not yet"]} for name in ("Map", "Patterns", "Talk")
    ],
    "grade_weight": "10%",
    "partner_feedback": "",
    "items": ["Base map"],
    "toolbox_links": ["continuum"],
    "technology": "",
    "cost_and_funding": "",
    "checklist": {},
    "plan_b": "A recorded briefing.",
    "sections_per_year": 2,
    "students_per_section": 35,
    "first_term": "2026-fall",
    "sharing": "named",
    "learning_note": "It isn’t only internships.",
}
FULL["checklist"] = {
    option["code"]: {"state": "yes", "note": ""}
    for section in PARTS["lesson-plan"]["sections"]
    for field in section["fields"]
    if field["key"] == "checklist"
    for option in field["options"]
}


@pytest.fixture
def plan(enrolment: Enrolment, edition: Edition) -> LessonPlan:
    """The participant's plan, complete and not handed in."""
    return actions.save(enrolment=fresh(enrolment), changes=FULL, base=0, now=timezone.now()).plan


@pytest.fixture
def review(plan: LessonPlan) -> Review:
    """The participant's plan handed in, and nobody has it yet."""
    return actions.submit(enrolment=plan.enrolment, base=plan.version, now=timezone.now(), resources={"continuum"})


def fresh(enrolment: Enrolment) -> Enrolment:
    return Enrolment.objects.select_related("cohort__edition", "cohort__consortium", "user", "college").get(
        pk=enrolment.pk
    )


def good_scores(course: PlanCourse, points: int = 2) -> dict[str, Any]:
    return {f"score:{criterion.key}": points for criterion in course.rubric.criteria}
