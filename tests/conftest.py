"""The people of the product as fixtures, over two regions that must never see each other."""

import gc
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from xdist.scheduler import LoadFileScheduling

from accounts.models import College, Consortium, Role, User
from cohorts.models import Cohort, Enrolment
from tests import factories
from tests.browsing import LOOKS, Inspector, Looks, chromium, watched

# What these prove does not depend on the database or the broker: scripts in a browser, rules over values, the file formats,
# and refusals that `tests/walk/test_walk.py` meets on both. The second run of CI, on others, leaves them out.
ONCE = (
    "tests/cohorts/test_completion.py",
    "tests/cohorts/test_schedule.py",
    "tests/discussions/test_in_browser.py",
    "tests/documents/test_bundles.py",
    "tests/documents/test_containment.py",
    "tests/documents/test_fillable.py",
    "tests/documents/test_tagged_pages.py",
    "tests/drafts/test_saver.py",
    "tests/faults/test_typing.py",
    "tests/hostile/test_browser.py",
    "tests/hostile/test_inert.py",
    "tests/house/test_compose.py",
    "tests/house/test_file_names.py",
    "tests/house/test_locking.py",
    "tests/house/test_supervisor.py",
    "tests/journeys/test_accessibility.py",
    "tests/journeys/test_keyboard.py",
    "tests/journeys/test_weight.py",
    "tests/knowledgechecks/test_content.py",
    "tests/knowledgechecks/test_in_browser.py",
    "tests/knowledgechecks/test_scoring.py",
    "tests/lessonplans/test_fields.py",
    "tests/lessonplans/test_in_browser.py",
    "tests/lessonplans/test_parsing.py",
    "tests/lessonplans/test_rows_in_browser.py",
    "tests/look/test_contrast.py",
    "tests/modules/test_archive.py",
    "tests/modules/test_bad_folder.py",
    "tests/modules/test_checking.py",
    "tests/modules/test_default_course.py",
    "tests/modules/test_drawings.py",
    "tests/modules/test_figures.py",
    "tests/modules/test_invented_region.py",
    "tests/modules/test_markdown.py",
    "tests/richtext/test_cleaning.py",
    "tests/surveys/test_content.py",
    "tests/surveys/test_in_browser.py",
    "tests/surveys/test_questions.py",
    "tests/walk/test_accounts.py",
    "tests/walk/test_extra_fields.py",
    "tests/walk/test_foreign.py",
    "tests/walk/test_headers.py",
    "tests/walk/test_query_counts.py",
    "tests/walk/test_second_factor.py",
)

# Django and the tests' own modules stay for good; to look them through every 700 objects costs a fifteenth of the time.
gc.set_threshold(200_000, 50, 100)

# One process takes all of a folder, since they share an installation that takes half a minute to make. They come first and the
# other long files after them, so that at the end nobody waits for minutes of one process.
INSTALLED = ("tests/journeys/", "tests/faults/")
LONG = ("_in_browser.py", "tests/walk/", "tests/drafts/", "tests/hostile/", "tests/house/", "tests/documents/")


def _turn(item: pytest.Item) -> int:
    return 0 if item.nodeid.startswith(INSTALLED) else 1 if any(part in item.nodeid for part in LONG) else 2


class BesideTheInstallation(LoadFileScheduling):
    """A file of tests is one process's, and so is a folder of those that need the installation."""

    def _split_scope(self, nodeid: str) -> str:
        return next((folder for folder in INSTALLED if nodeid.startswith(folder)), super()._split_scope(nodeid))


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> LoadFileScheduling:
    return BesideTheInstallation(config, log)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    items.sort(key=_turn)
    if os.environ.get("TESTS_ONCE_RAN") != "1":
        return
    left_out = [item for item in items if item.nodeid.startswith(ONCE)]
    config.hook.pytest_deselected(items=left_out)
    items[:] = [item for item in items if not item.nodeid.startswith(ONCE)]


@pytest.fixture(autouse=True)
def _no_leftovers(db: None) -> None:
    """Rate limits live in the cache; a test starts without the last one's."""
    cache.clear()


@pytest.fixture
def consortium() -> Consortium:
    return factories.ConsortiumFactory.create(slug="home-region", short_name="Home Region")


@pytest.fixture
def college(consortium: Consortium) -> College:
    return factories.CollegeFactory.create(consortium=consortium, name="First College", slug="first")


@pytest.fixture
def other_college(consortium: Consortium) -> College:
    return factories.CollegeFactory.create(consortium=consortium, name="Second College", slug="second")


@pytest.fixture
def cohort(consortium: Consortium) -> Cohort:
    return factories.CohortFactory.create(slug="fall", title="Fall 2026", edition__consortium=consortium)


@pytest.fixture
def other_cohort() -> Cohort:
    """A cohort of another region, for all that must not be seen."""
    return factories.CohortFactory.create(slug="elsewhere", title="Elsewhere 2026")


@pytest.fixture
def enrolment(cohort: Cohort, college: College) -> Enrolment:
    """The participant's."""
    user = factories.UserFactory.create(
        email="participant@example.org", first_name="Pat", last_name="Participant", college=college
    )
    return factories.EnrolmentFactory.create(cohort=cohort, user=user)


@pytest.fixture
def participant(enrolment: Enrolment) -> User:
    return enrolment.user


@pytest.fixture
def classmate(cohort: Cohort, other_college: College) -> User:
    user = factories.UserFactory.create(
        email="classmate@example.org", first_name="Casey", last_name="Classmate", college=other_college
    )
    factories.EnrolmentFactory.create(cohort=cohort, user=user)
    return user


@pytest.fixture
def facilitator(cohort: Cohort, consortium: Consortium) -> User:
    user = factories.UserFactory.create(email="facilitator@example.org", first_name="Fran", last_name="Facilitator")
    factories.RoleFactory.create(user=user, consortium=consortium, kind=Role.Kind.FACILITATOR)
    factories.FacilitationFactory.create(cohort=cohort, user=user)
    return user


@pytest.fixture
def other_facilitator(consortium: Consortium) -> User:
    """May facilitate in the same consortium, but was not given this cohort."""
    user = factories.UserFactory.create(email="other-facilitator@example.org")
    factories.RoleFactory.create(user=user, consortium=consortium, kind=Role.Kind.FACILITATOR)
    return user


@pytest.fixture
def staff(consortium: Consortium) -> User:
    user = factories.UserFactory.create(email="staff@example.org")
    factories.RoleFactory.create(user=user, consortium=consortium, kind=Role.Kind.STAFF)
    return user


@pytest.fixture
def college_liaison(college: College) -> User:
    user = factories.UserFactory.create(email="liaison@example.org", college=college)
    factories.RoleFactory.create(user=user, consortium=college.consortium, kind=Role.Kind.LIAISON, college=college)
    return user


@pytest.fixture
def administrator() -> User:
    return factories.UserFactory.create(email="admin@example.org", is_superuser=True, is_staff=True)


@pytest.fixture
def outsider(other_cohort: Cohort) -> User:
    """Takes the course elsewhere: signed in, and a stranger here."""
    user = factories.UserFactory.create(email="outsider@example.org", first_name="Odd", last_name="Outsider")
    factories.EnrolmentFactory.create(cohort=other_cohort, user=user)
    return user


@dataclass(frozen=True)
class SignedIn:
    """A client for a person: `as_(participant).get(…)`."""

    def __call__(self, user: User | None) -> Client:
        client = Client()
        if user is not None:
            client.force_login(user, backend="accounts.adapters.Backend")
        return client


@pytest.fixture
def as_() -> SignedIn:
    return SignedIn()


@pytest.fixture
def windows(as_: SignedIn, participant: User) -> list[Client]:
    """One person, many windows: one session, as many connections."""
    client = as_(participant)
    clients = [Client() for _ in range(60)]
    for each in clients:
        each.cookies = client.cookies
    return clients


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with chromium() as each:
        yield each


@pytest.fixture
def page_of(browser: Any, live_server: Any, as_: SignedIn) -> Iterator[Callable[..., Any]]:
    """`page_of(participant)` is a page of a browser of its own in which this person is signed in; at the end the proof that nothing went wrong on any of them."""
    contexts: list[Any] = []
    watching: list[list[str]] = []

    def open_page(user: User, **options: Any) -> Any:
        context = browser.new_context(base_url=live_server.url, **options)
        contexts.append(context)
        cookie = as_(user).cookies["sessionid"].value
        context.add_cookies([{"name": "sessionid", "value": cookie, "url": live_server.url}])
        page, wrong = watched(context)
        watching.append(wrong)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert [each for wrong in watching for each in wrong] == []


@pytest.fixture
def looks() -> Looks:
    return LOOKS


@pytest.fixture
def looks_at_a_desk() -> Looks:
    """For the pages of those who work at one; `make prove` looks at these as at all others."""
    return LOOKS[:1]


@pytest.fixture
def inspector(looks: Looks) -> Iterator[Inspector]:
    inspector = Inspector(looks)
    yield inspector
    assert not inspector.found, "\n".join(inspector.found)
