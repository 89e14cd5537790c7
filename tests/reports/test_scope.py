"""Who sees whom: each persona, with random names in foreign rows that must not appear anywhere."""

import itertools
import secrets

import pytest
from django.utils import timezone

from accounts.models import Role
from cohorts.models import Enrolment, Invitation
from reports import access, ledger
from reports.ledger import Filters
from tests import factories
from tests.reports.conftest import CSV, PAGE, XLSX, enrol, invite, table_of, text_of

ADDRESSES = [PAGE, CSV, XLSX]


@pytest.fixture
def names(participant, classmate, other_cohort, cohort, college, other_college):
    """A random last name for everybody: of the first college, of the second, of another region; joined and invited."""
    found = {place: f"Sentinel{secrets.token_hex(6)}" for place in ("first", "second", "none", "far")}
    enrol(cohort, college, last_name=found["first"])
    enrol(cohort, other_college, last_name=found["second"])
    enrol(cohort, None, last_name=found["none"])
    enrol(other_cohort, None, last_name=found["far"])
    invite(cohort, college=college, last_name=found["first"] + "i")
    invite(cohort, college=other_college, last_name=found["second"] + "i")
    invite(cohort, last_name=found["none"] + "i")
    invite(other_cohort, last_name=found["far"] + "i")
    return found


@pytest.mark.parametrize("address", ADDRESSES)
@pytest.mark.parametrize("persona", ["participant", "classmate", "outsider"])
def test_participants_are_refused(request, as_, names, persona, address):
    response = as_(request.getfixturevalue(persona)).get(address)
    assert response.status_code == 403
    assert "Sentinel" not in text_of(response)


@pytest.mark.parametrize("address", ADDRESSES)
def test_a_visitor_is_sent_to_sign_in(as_, names, address):
    response = as_(None).get(address)
    assert response.status_code == 302
    assert response.url.startswith("/accounts/login/")


@pytest.mark.parametrize("address", ADDRESSES)
@pytest.mark.parametrize(
    ("persona", "seen"),
    [
        ("staff", {"first", "second", "none"}),
        ("facilitator", {"first", "second", "none"}),
        ("college_liaison", {"first"}),
        ("other_facilitator", set()),
        ("administrator", {"first", "second", "none", "far"}),
    ],
)
def test_everybody_sees_their_own_and_nobody_else(request, as_, names, persona, seen, address):
    text = text_of(as_(request.getfixturevalue(persona)).get(address, {"term": "all"} if seen else {}))
    found = {place for place, name in names.items() if name in text}
    assert found == seen
    assert {place for place, name in names.items() if f"{name}i" in text} == seen


def test_a_filter_does_not_widen_what_a_liaison_sees(as_, names, college_liaison, other_college, other_cohort):
    client = as_(college_liaison)
    for query in ({"college": "second"}, {"college": "none"}, {"cohort": "elsewhere"}):
        for address in ADDRESSES:
            text = text_of(client.get(address, query))
            assert not any(names[place] in text for place in ("second", "none", "far"))
    assert client.get(PAGE, {"college": "second"}).status_code == 422
    assert table_of(client.get(CSV, {"college": "none"})) == []


def test_a_facilitator_without_any_role_sees_the_cohort(as_, cohort, participant):
    """The assignment to a cohort gives the sight of it."""
    user = factories.FacilitationFactory.create(cohort=cohort).user
    assert [row["Last name"] for row in table_of(as_(user).get(CSV))] == ["Participant"]


def test_a_liaison_who_facilitates_sees_the_whole_cohort(as_, names, college_liaison, cohort):
    factories.FacilitationFactory.create(cohort=cohort, user=college_liaison)
    text = text_of(as_(college_liaison).get(CSV))
    assert names["second"] in text
    assert names["far"] not in text


def test_a_role_taken_away_works_at_once(as_, names, staff):
    client = as_(staff)
    assert names["first"] in text_of(client.get(PAGE))
    staff.roles.all().delete()
    assert client.get(PAGE).status_code == 403
    assert client.get(CSV).status_code == 403


def test_rights_mean_what_the_querysets_say():
    """Every mixture of roles: the report finds exactly what `reportable_by` gives."""
    regions = [factories.ConsortiumFactory.create() for _ in range(2)]
    colleges = [factories.CollegeFactory.create(consortium=region) for region in regions for _ in range(2)]
    cohorts = [
        factories.CohortFactory.create(edition__consortium=region, edition__content=False)
        for region in regions
        for _ in range(2)
    ]
    for cohort in cohorts:
        for college in [*(each for each in colleges if each.consortium_id == cohort.consortium_id), None]:
            enrol(cohort, college)
            invite(cohort, college=college)
    grants = [
        lambda user: factories.RoleFactory.create(user=user, consortium=regions[0], kind=Role.Kind.STAFF),
        lambda user: factories.RoleFactory.create(user=user, consortium=regions[0], kind=Role.Kind.FACILITATOR),
        lambda user: factories.RoleFactory.create(
            user=user, consortium=regions[1], kind=Role.Kind.LIAISON, college=colleges[2]
        ),
        lambda user: factories.FacilitationFactory.create(user=user, cohort=cohorts[1]),
        lambda user: factories.FacilitationFactory.create(user=user, cohort=cohorts[2]),
    ]
    for mixture in itertools.chain.from_iterable(itertools.combinations(grants, size) for size in range(6)):
        user = factories.UserFactory.create()
        for grant in mixture:
            grant(user)
        scope = access.Scope(user, timezone.now(), access.Rights.of(user))
        rows = ledger.rows(scope, Filters())
        assert {row.raw["pk"] for row in rows if not row.is_invited} == set(
            Enrolment.objects.reportable_by(user).values_list("pk", flat=True)
        )
        assert {row.raw["pk"] for row in rows if row.is_invited} == set(
            Invitation.objects.open().reportable_by(user).values_list("pk", flat=True)
        )
