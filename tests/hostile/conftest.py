"""A small course in which every place that shows text can be filled with anything."""

from typing import Any

import pytest

from accounts.models import User
from cohorts.models import Cohort
from tests.lessonplans.conftest import PARTS, REGION


@pytest.fixture(autouse=True)
def _one_factor(settings: Any) -> None:
    """Whether staff need a second factor is asked in tests/walk."""
    settings.SECOND_FACTOR_REQUIRED = False


@pytest.fixture
def opened(cohort: Cohort, participant: User, facilitator: User, classmate: User) -> Cohort:
    """The cohort with the real plan, and everything before the check behind the participant and a classmate."""
    from cohorts.models import ProgressEvent

    cohort.edition.parts, cohort.edition.region = PARTS, REGION
    cohort.edition.save()
    for user in (participant, classmate):
        enrolment = user.enrolments.get()
        for item, name in (("first/read-me", "read"), ("first/talk", "posted")):
            ProgressEvent.objects.create(enrolment=enrolment, item=item, name=name)
    return cohort
