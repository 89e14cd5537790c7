from django.urls import reverse
from django.utils import timezone

from accounts.models import Role
from cohorts import actions
from foundation.audit.models import Entry
from tests import factories

ADD = reverse("admin:accounts_role_add")


def test_an_administrator_grants_who_may_facilitate(as_, administrator, classmate, consortium):
    assert as_(classmate).get("/cohorts/new/").status_code == 403
    as_(administrator).post(
        ADD, {"user": classmate.pk, "consortium": consortium.pk, "kind": "facilitator", "college": ""}
    )
    role = Role.objects.get(user=classmate)
    assert role.granted_by == administrator
    assert as_(classmate).get("/cohorts/new/").status_code == 200
    assert Entry.objects.get(action="role.grant").actor == administrator


def test_a_role_taken_away_ends_with_the_next_request(as_, administrator, other_facilitator):
    client = as_(other_facilitator)
    assert client.get("/cohorts/new/").status_code == 200
    role = Role.objects.get(user=other_facilitator)
    as_(administrator).post(reverse("admin:accounts_role_delete", args=[role.pk]), {"post": "yes"})
    assert client.get("/cohorts/new/").status_code == 403
    assert Entry.objects.filter(action="role.revoke").exists()


def test_who_may_no_longer_facilitate_has_charge_of_no_cohort(as_, administrator, facilitator, cohort):
    elsewhere = factories.FacilitationFactory.create(user=facilitator)
    factories.RoleFactory.create(user=facilitator, consortium=elsewhere.cohort.consortium)
    client = as_(facilitator)
    assert client.get(f"/c/{cohort.slug}/roster/").status_code == 200
    role = Role.objects.get(user=facilitator, consortium=cohort.consortium)
    as_(administrator).post(reverse("admin:accounts_role_delete", args=[role.pk]), {"post": "yes"})
    assert client.get(f"/c/{cohort.slug}/roster/").status_code == 404
    assert Entry.objects.get(action="facilitator.remove").subject == cohort.title
    assert client.get(f"/c/{elsewhere.cohort.slug}/roster/").status_code == 200


def test_the_same_role_twice_is_one(administrator, classmate, consortium):
    for _ in range(2):
        actions.grant_role(user=classmate, consortium=consortium, kind="staff", by=administrator, now=timezone.now())
    assert Role.objects.filter(user=classmate).count() == Entry.objects.count() == 1


def test_changed_rights_of_a_person_are_written_down(as_, administrator, classmate):
    page = reverse("admin:accounts_user_change", args=[classmate.pk])
    form = as_(administrator).get(page).context["adminform"].form
    data = {name: value for name, value in form.initial.items() if value is not None and value is not False}
    as_(administrator).post(page, {**data, "college": classmate.college_id, "is_active": "on", "is_staff": "on"})
    entry = Entry.objects.get(action="person.rights")
    assert entry.detail == {"is_staff": True}
