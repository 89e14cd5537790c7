"""The world of the walk: a home region with every persona, and a foreign one of which nobody at home may hear."""

import logging
from collections.abc import Iterator
from typing import Any

import pytest

from accounts.models import User
from cohorts.models import Cohort, Enrolment
from tests import factories
from tests.walk import world as making
from tests.walk.expected import PERSONAS
from tests.walk.world import Things, World


@pytest.fixture(autouse=True)
def _one_factor(settings: Any) -> None:
    """Whether staff need a second factor is asked in test_second_factor; here everybody comes as far as their rights."""
    settings.SECOND_FACTOR_REQUIRED = False


@pytest.fixture(autouse=True)
def _quiet() -> Iterator[None]:
    """Thousands of refusals are what is asked for here; writing each one down takes longer than the walk."""
    logging.disable(logging.WARNING)
    yield
    logging.disable(logging.NOTSET)


@pytest.fixture
def world(
    cohort: Cohort,
    other_cohort: Cohort,
    enrolment: Enrolment,
    participant: User,
    classmate: User,
    facilitator: User,
    other_facilitator: User,
    staff: User,
    college_liaison: User,
    administrator: User,
    outsider: User,
) -> World:
    people: dict[str, User | None] = {
        "visitor": None,
        "participant": participant,
        "classmate": classmate,
        "facilitator": facilitator,
        "other_facilitator": other_facilitator,
        "staff": staff,
        "college_liaison": college_liaison,
        "administrator": administrator,
        "outsider": outsider,
        "withdrawn": making.withdrawn_person(cohort, facilitator),
    }
    assert tuple(people) == PERSONAS
    home, foreign = Things(cohort), Things(other_cohort)
    making.furnish(home, learner=enrolment, peer=classmate.enrolments.get(), leader=facilitator)
    making.graduate(home, facilitator)
    stranger = factories.UserFactory.create(email="stranger@example.org", first_name="Strange")
    leader = factories.UserFactory.create(email="leader@example.org")
    factories.FacilitationFactory.create(cohort=other_cohort, user=leader)
    peer = factories.EnrolmentFactory.create(cohort=other_cohort, user=stranger)
    making.furnish(foreign, learner=outsider.enrolments.get(), peer=peer, leader=leader)
    making.graduate(foreign, leader)
    making.mark_resource(home, *(set(PERSONAS) - {"visitor", "outsider"}))
    making.mark_resource(foreign, "outsider", "administrator")
    upload = making.upload_of(administrator)
    making.picture()
    for things in (home, foreign):
        things.ids |= {"upload": upload.pk, "digest": making.DIGEST, "region": things.cohort.consortium.slug}
    return World(home, foreign, people)
