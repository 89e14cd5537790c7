"""Lists of a plan in a real browser, where more stands in them than the form would offer."""

import re
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from accounts.models import User
from lessonplans import actions
from lessonplans.models import LessonPlan
from lessonplans.template import PlanCourse
from tests.lessonplans.conftest import fresh

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_more_rows_than_the_form_offers_are_shown_all_the_same(
    page_of: Any, participant: User, plan: LessonPlan, course: PlanCourse
) -> None:
    """As a course with a smaller list leaves them. A window that takes them over went round for ever."""
    field = next(each for each in course.template.fields.values() if each.type == "rows" and each.max)
    beside = next(each for each in course.template.sections if field in each.fields)
    assert field.max is not None
    lines = [f"Line {number}" for number in range(int(field.max) + 2)]
    page = page_of(participant)
    page.goto(f"/c/fall/plan/?section={beside.letter}")
    enrolment = fresh(plan.enrolment)
    actions.save(enrolment=enrolment, changes={field.key: lines}, base=plan.version, now=timezone.now())
    other = page.locator(f"[data-field]:not([data-field={field.key}]) textarea:visible").first
    other.fill("Something else")
    expect(page.locator("[data-save-state]")).to_have_text(re.compile(r"Also taken over from another window"))
    expect(page.locator(f"[data-field={field.key}] [data-row]")).to_have_count(len(lines))
