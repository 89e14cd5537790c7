"""Ids of other places: a known address with somebody else's number in it is not there, and changes nothing."""

from itertools import product
from typing import Any

import pytest
from django.urls import reverse

from tests.conftest import SignedIn
from tests.walk.expected import ROUTES, Route
from tests.walk.walking import ARGUMENTS, address, arguments, send
from tests.walk.world import World

# Arguments that name a row of any cohort; attempts and versions are counted for each person.
ROWS = frozenset({"pk", "post", "plan_id", "enrolment"})
INSIDERS = ("participant", "facilitator", "administrator")
# Who comes back to these with GET, after signing in again, is sent on to the page that asks who they are.
SENT_ON = {
    "knowledgechecks:answers", "knowledgechecks:begin", "knowledgechecks:submit",
    "surveys:answers", "surveys:submit", "surveys:withdraw",
}  # fmt: skip


def methods_of(route: Route) -> list[str]:
    given = {"get": route.get, "post": route.post, "put": route.put, "delete": route.delete}
    return [method for method, cells in given.items() if cells is not None]


def in_a_cohort() -> list[Route]:
    return [route for route in ROUTES if "cohort" in arguments_of(route)]


def arguments_of(route: Route) -> frozenset[str]:
    return ARGUMENTS[route.name]


@pytest.mark.parametrize("who", ["participant", "facilitator", "staff", "college_liaison", "other_facilitator"])
def test_another_regions_cohort_is_not_there(world: World, as_: SignedIn, who: str) -> None:
    client = as_(world.people[who])
    for route in in_a_cohort():
        url = address(route, world.foreign)
        for method in methods_of(route):
            answer = send(client, method, url, route, world.foreign)
            sent_on = method == "get" and route.name in SENT_ON
            assert answer.status_code == (302 if sent_on else 404), (method, url)
            assert not any(mark.word.encode() in answer.bytes for mark in world.foreign.marks), (method, url)


@pytest.mark.parametrize("who", INSIDERS)
def test_another_cohorts_row_is_not_there_under_ones_own_cohort(world: World, as_: SignedIn, who: str) -> None:
    """Not even for administrators: an address that says one cohort must not act in another."""
    client = as_(world.people[who])
    tried = 0
    for route in in_a_cohort():
        for name in ROWS & arguments_of(route):
            theirs = arguments(route, world.foreign)[name]
            url = reverse(route.name, kwargs={**arguments(route, world.home), name: theirs})
            for method in methods_of(route):
                tried += 1
                answer = send(client, method, url, route, world.home)
                refused = (403, 404) if who == "participant" else (404,)
                assert answer.status_code in refused, (method, url, answer.status_code)
                assert not any(mark.word.encode() in answer.bytes for mark in world.foreign.marks), (method, url)
    assert tried >= 25


@pytest.mark.parametrize("who", INSIDERS)
def test_an_address_of_one_kind_refuses_items_of_another(world: World, as_: SignedIn, who: str) -> None:
    client = as_(world.people[who])
    for route, item in product(in_a_cohort(), ("read-me", "talk", "check", "plan", "survey")):
        own = route.ids.get("item", "")
        if not own or own == f"={item}" or route.name == "classroom:item":
            continue
        url = reverse(route.name, kwargs={**arguments(route, world.home), "item": item})
        for method in methods_of(route):
            if method == "get" and route.name in SENT_ON:
                continue
            answer = send(client, method, url, route, world.home)
            assert answer.status_code in (403, 404), (method, url, answer.status_code)


def test_a_post_is_not_there_in_another_discussion(world: World, as_: SignedIn) -> None:
    for who in INSIDERS:
        for what in ("replies", "edit", "withdraw"):
            url = f"/c/fall/second/talk/posts/{world.home.ids['post']}/{what}/"
            assert send(as_(world.people[who]), "get", url, None, world.home).status_code in (403, 404), (who, what)


OWN_THINGS = ("notices:open", "documents:show", "documents:download", "lessonplans:gallery-plan")


def test_strangers_things_are_not_there(world: World, as_: SignedIn) -> None:
    for who, user in world.people.items():
        if who in ("visitor", "outsider", "administrator"):
            continue
        for route in ROUTES:
            if route.name in OWN_THINGS:
                answer = send(as_(user), "get", address(route, world.foreign), route, world.foreign)
                assert answer.status_code == 404, (who, route.label)


@pytest.mark.parametrize(
    ("kind", "subject"),
    [
        ("lesson-plan", "{draft_id}"),
        ("lesson-plan", "{plan_id}"),
        ("certificate", "{certificate}"),
        ("lesson-plan", "0"),
        ("certificate", "WBL-NOTHING"),
        ("toolbox", "{toolbox}"),
        ("resource", "{resource}"),
        ("nonsense", "1"),
        ("lesson-plan", "9" * 40),
    ],
)
def test_nobody_asks_for_a_document_of_elsewhere(world: World, as_: SignedIn, kind: str, subject: str) -> None:
    edition = world.foreign.cohort.edition
    extra: dict[str, Any] = {"toolbox": str(edition.pk), "resource": f"{edition.pk}:continuum"}
    value = {**world.foreign.ids, **extra}.get(subject.strip("{}"), subject)
    for who in ("participant", "facilitator", "staff", "college_liaison", "withdrawn"):
        answer = as_(world.people[who]).post("/documents/", {"kind": kind, "subject_id": str(value)})
        assert answer.status_code == 404, (who, kind, value)


def test_the_other_regions_resource_is_not_lent(world: World, as_: SignedIn) -> None:
    for who in ("participant", "staff", "withdrawn"):
        answer = as_(world.people[who]).get("/toolbox/continuum/", {"region": world.foreign.ids["region"]})
        assert answer.status_code == 404


def test_a_report_of_elsewhere_shows_nobody(world: World, as_: SignedIn) -> None:
    for ending in ("/", ".csv", ".xlsx"):
        for query in (
            {"cohort": "elsewhere"},
            {"college": "nowhere"},
            {"facilitator": world.foreign.ids["facilitator"]},
        ):
            answer = as_(world.people["staff"]).get(f"/reports/completions{ending}", query)
            assert answer.status_code == 422, (ending, query)
            assert not any(mark.word.encode() in answer.content for mark in world.marks)


@pytest.mark.parametrize("number", ["0", "9" * 18, "9" * 40])
def test_numbers_that_no_database_holds_are_not_there(world: World, as_: SignedIn, number: str) -> None:
    client = as_(world.people["administrator"])
    for route in ROUTES:
        for name in (ROWS | {"number"}) & arguments_of(route):
            if route.name == "cohorts:certificate":
                continue
            url = reverse(route.name, kwargs={**arguments(route, world.home), name: int(number)})
            for method in methods_of(route):
                answer = send(client, method, url, route, world.home)
                assert answer.status_code in (302, 403, 404), (method, url, answer.status_code)
