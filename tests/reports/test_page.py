"""The page: figures, filters in the address, order, pages, empty states."""

import re
from datetime import date, timedelta

import pytest
from django.utils import timezone

from cohorts.models import Cohort
from tests import factories
from tests.reports.conftest import CSV, PAGE, did, enrol, invite, table_of


def words(response) -> str:
    """The page's text in one line."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", response.content.decode()))


def people(response) -> list[str]:
    """The names in the table, in its order."""
    return re.findall(r'<th scope="row">([^<]*?) <span class="meta">', response.content.decode())


@pytest.fixture
def a_cohort(cohort, college, other_college):
    """Seven people in every status, and an invitation."""
    now = timezone.now()
    late = Cohort.objects.get(pk=cohort.pk)
    late.starts_on, late.ends_on = now.date() - timedelta(days=60), now.date() - timedelta(days=5)
    late.closes_on = now.date() + timedelta(days=5)
    late.save()
    long_ago = now - timedelta(days=40)
    enrol(cohort, college, last_name="Abel", completed_at=now - timedelta(days=10), enrolled_at=long_ago)
    enrol(cohort, college, last_name="Baker", completed_at=now - timedelta(days=1), enrolled_at=long_ago)
    enrol(cohort, college, last_name="Cole", last_active_at=now - timedelta(days=2), enrolled_at=long_ago)
    enrol(cohort, other_college, last_name="Dean", last_active_at=now - timedelta(days=20), enrolled_at=long_ago)
    enrol(cohort, other_college, last_name="Ewing", enrolled_at=now - timedelta(days=1))
    gone = enrol(cohort, other_college, last_name="Frost", enrolled_at=long_ago)
    gone.withdrawn_at, gone.withdrawn_by = now, gone.user
    gone.save()
    invite(cohort, college=college, last_name="Gray", first_name="Gil")
    return late


def test_figures_come_first_as_sentences(as_, staff, a_cohort):
    text = words(as_(staff).get(PAGE))
    assert "2 of 5 participants completed, 40%." in text
    assert "1 of them after the last day." in text
    assert "2 are on the way." in text
    assert "1 hasn’t been seen for 10 days." in text
    assert "1 withdrew." in text
    assert "1 has an open invitation." in text
    assert "First College 2 of 3, 67%" in text
    assert "Second College 0 of 2, 0%" in text


def test_the_bars_need_no_style(as_, staff, a_cohort):
    page = as_(staff).get(PAGE).content.decode()
    assert '<rect width="67" height="8"/>' in page
    assert "style=" not in page


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        ("", ["Abel", "Baker", "Cole", "Dean", "Ewing", "Frost", "Gray"]),
        ("completed", ["Abel"]),
        ("completed-late", ["Baker"]),
        ("finished", ["Abel", "Baker"]),
        ("active", ["Cole"]),
        ("inactive", ["Dean"]),
        ("enrolled", ["Ewing"]),
        ("withdrawn", ["Frost"]),
        ("invited", ["Gray"]),
        ("incomplete", []),
    ],
)
def test_a_status_narrows_the_table_and_the_file_but_not_the_figures(as_, staff, a_cohort, status, expected):
    client = as_(staff)
    page = client.get(PAGE, {"status": status})
    assert [name.split(",")[0] for name in people(page)] == expected
    assert "2 of 5 participants completed" in words(page)
    assert sorted(row["Last name"] for row in table_of(client.get(CSV, {"status": status}))) == expected


def test_a_closed_cohort_leaves_people_incomplete(as_, staff, a_cohort):
    Cohort.objects.filter(pk=a_cohort.pk).update(closes_on=timezone.now().date() - timedelta(days=3))
    found = {row["Last name"]: row["Status"] for row in table_of(as_(staff).get(CSV))}
    assert found["Cole"] == found["Dean"] == "Incomplete"
    assert found["Abel"] == "Completed"
    assert found["Gray"] == "Invited"


@pytest.fixture
def two_terms(cohort, college, other_college):
    """Last summer beside this fall."""
    summer = factories.CohortFactory.create(
        slug="summer", title="Summer 2026", term="2026-summer", starts_on=date(2026, 6, 15), edition=cohort.edition
    )
    enrol(cohort, college, last_name="Fallon")
    enrol(summer, other_college, last_name="Sumner")
    return summer


def test_without_a_term_the_newest_is_shown(as_, staff, two_terms):
    assert [name.split(",")[0] for name in people(as_(staff).get(PAGE))] == ["Fallon"]


def test_a_cohort_that_was_only_set_up_does_not_empty_the_report(as_, staff, cohort, two_terms):
    factories.CohortFactory.create(
        slug="later", title="Later", term="", starts_on=date(2099, 2, 2), edition=cohort.edition
    )
    assert [name.split(",")[0] for name in people(as_(staff).get(PAGE))] == ["Fallon"]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"term": "all"}, ["Fallon", "Sumner"]),
        ({"term": "2026-summer"}, ["Sumner"]),
        ({"term": "all", "cohort": "summer"}, ["Sumner"]),
        ({"term": "all", "college": "first"}, ["Fallon"]),
        ({"term": "2026-summer", "college": "first"}, []),
        ({"term": "all", "fiscal_year": "2025–26"}, ["Sumner"]),
        ({"term": "all", "college": "none"}, []),
    ],
)
def test_filters_live_in_the_address(as_, staff, two_terms, query, expected):
    client = as_(staff)
    page = client.get(PAGE, query)
    assert [name.split(",")[0] for name in people(page)] == expected
    assert sorted(row["Last name"] for row in table_of(client.get(CSV, query))) == expected
    for name, value in query.items():
        chosen = re.search(
            rf'<select name="{name}".*?<option value="([^"]*)" selected', page.content.decode(), re.DOTALL
        )
        assert chosen
        assert chosen[1] == value


def test_the_facilitator_narrows(as_, staff, two_terms, facilitator):
    page = as_(staff).get(PAGE, {"term": "all", "facilitator": str(facilitator.pk)})
    assert [name.split(",")[0] for name in people(page)] == ["Fallon"]


def test_the_files_take_the_pages_filters_along(as_, staff, two_terms):
    page = as_(staff).get(PAGE, {"term": "2026-summer", "sort": "-name", "page": "1"}).content.decode()
    assert 'href="/reports/completions.csv?term=2026-summer"' in page
    assert 'href="/reports/completions.xlsx?term=2026-summer"' in page


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("term", "2031-fall"),
        ("cohort", "elsewhere"),
        ("college", "<script>alert(1)</script>"),
        ("status", "asleep"),
        ("fiscal_year", "1999"),
        ("facilitator", "999999"),
    ],
)
@pytest.mark.parametrize("address", [PAGE, CSV, "/reports/completions.xlsx"])
def test_a_value_that_is_not_there_is_said_beside_it(as_, staff, two_terms, other_cohort, address, name, value):
    response = as_(staff).get(address, {"term": "all", name: value})
    page = response.content.decode()
    assert response.status_code == 422
    assert f'aria-describedby="error-{name}"' in page
    assert f'id="error-{name}"' in page
    assert people(response) == []
    assert "<script>alert" not in page


def test_people_come_in_the_order_asked_for(as_, staff, a_cohort):
    client = as_(staff)
    by = {
        sort: [name.split(",")[0] for name in people(client.get(PAGE, {"sort": sort}))]
        for sort in ("-name", "completed", "-completed", "status", "seen", "nonsense")
    }
    assert by["-name"] == ["Gray", "Frost", "Ewing", "Dean", "Cole", "Baker", "Abel"]
    assert by["completed"][:2] == ["Abel", "Baker"]
    assert by["-completed"][:2] == ["Baker", "Abel"]
    assert by["status"][0] == "Cole"
    assert by["seen"][:2] == ["Dean", "Cole"]
    assert by["nonsense"][0] == "Abel"


def test_fifty_people_a_page(as_, staff, cohort, college):
    for number in range(53):
        enrol(cohort, college, last_name=f"Name{number:02d}")
    client = as_(staff)
    first, second = client.get(PAGE), client.get(PAGE, {"page": "2"})
    assert len(people(first)) == 50
    assert len(people(second)) == 3
    assert "Page 1 of 2" in words(first)
    assert "0 of 53 participants" in words(second)


def test_modules_are_counted_by_the_edition(as_, staff, cohort, college):
    done = ("read-me:read", "talk:posted", "talk:replied", "check:passed", "plan:drafted")
    one = enrol(cohort, college, last_name="One")
    did(one, *(f"first/{fact}" for fact in done))
    one.events.create(item="first/talk", name="replied", subject="to:2")
    text = words(as_(staff).get(PAGE))
    assert "1 of 2" in text


def test_nothing_yet(as_, other_facilitator):
    text = words(as_(other_facilitator).get(PAGE))
    assert "No cohorts yet" in text


def test_a_cohort_without_people(as_, staff, cohort):
    text = words(as_(staff).get(PAGE))
    assert "0 of 0 participants completed." in text
    assert "Nobody here" in text


def test_two_colleges_of_one_name_are_told_apart(as_, administrator, cohort, college, other_cohort):
    twin = factories.CollegeFactory.create(consortium=other_cohort.consortium, slug="first", name="First College")
    enrol(cohort, college, last_name="Near")
    enrol(other_cohort, twin, last_name="Far")
    page = as_(administrator).get(PAGE, {"term": "all", "college": "home-region.first"})
    assert [name.split(",")[0] for name in people(page)] == ["Near"]
