"""A cohort in its second week, whose participants have read what stands before the discussion."""

import pytest

from cohorts import access
from cohorts.models import Enrolment, ProgressEvent
from foundation.richtext import cleaning

URL = "/c/fall/first/talk/"
TEN_WORDS = "<p>I learned this at work long ago, in a shop.</p>"
FIVE_WORDS = "<p>How did that go then?</p>"


@pytest.fixture(autouse=True)
def _one_factor(settings):
    """Whether staff need a second factor is the accounts' tests' subject."""
    settings.SECOND_FACTOR_REQUIRED = False


def opened(enrolment: Enrolment) -> Enrolment:
    """The discussion opens after the page before it."""
    ProgressEvent.objects.get_or_create(enrolment=enrolment, item="first/read-me", name="read")
    return enrolment


def place_of(user, cohort):
    """Where a person stands, as the views make it."""
    from django.test import RequestFactory

    request = RequestFactory().get("/")
    request.user = user
    return access.place(request, cohort.slug)


def words(markup):
    return cleaning.read(markup)


@pytest.fixture
def pat(participant):
    """The participant, before whom the discussion is open."""
    opened(participant.enrolments.get())
    return participant


@pytest.fixture
def casey(classmate):
    opened(classmate.enrolments.get())
    return classmate


@pytest.fixture
def talk(cohort):
    return cohort.edition.outline.by_key["first/talk"]


_tokens = iter(range(10**9))


def data(body=TEN_WORDS, **more):
    """What the form sends."""
    return {"body": body, "token": f"form-{next(_tokens):08d}", **more}


@pytest.fixture
def casey_posted(as_, casey):
    from discussions.models import Post

    assert (
        as_(casey).post(URL, data("<p>Casey wrote these ten words about a summer in the lab.</p>")).status_code == 303
    )
    return Post.objects.get(author=casey)
