from typing import Any

import pytest

from accounts.models import User
from cohorts.models import Enrolment, ProgressEvent
from lessonplans import merging
from lessonplans.models import LessonPlan
from lessonplans.template import PlanCourse
from tests.conftest import SignedIn
from tests.lessonplans.conftest import FULL

URL = "/c/fall/plan/fields/"


def put(client: Any, version: int, url: str = URL, **changes: Any) -> Any:
    return client.put(url, {"version": version, "changes": changes}, content_type="application/json")


def test_the_first_words_make_the_plan_with_what_the_profile_knows(
    as_: SignedIn, participant: User, course: PlanCourse
) -> None:
    page = as_(participant).get("/c/fall/plan/")
    assert page.status_code == 200
    assert not LessonPlan.objects.exists()
    answer = put(as_(participant), 0, title="A map")
    assert answer.status_code == 200
    assert answer.json()["version"] == 1
    plan = LessonPlan.objects.get()
    assert plan.data == {"college": "first", "discipline": "geography", "title": "A map"}
    assert plan.title == "A map"


def test_each_section_has_its_page(as_: SignedIn, participant: User, plan: LessonPlan) -> None:
    for letter in "ABCDEFGHIJK":
        page = as_(participant).get(f"/c/fall/plan/?section={letter}")
        assert page.status_code == 200
        assert 'aria-current="step"' in page.content.decode()


def test_a_save_tells_what_is_missing_and_redraws_the_paper(
    as_: SignedIn, participant: User, course: PlanCourse
) -> None:
    answer = put(as_(participant), 0, title="x" * 130, sections_per_year="3").json()
    assert "title" in answer["missing"]
    assert answer["problems"]["title"] == ["Shorten this by 10 characters; the limit is 120."]
    assert answer["preview"]["A"].count("x" * 130) == 1
    assert LessonPlan.objects.get().data["sections_per_year"] == 3


def test_two_tabs_on_different_fields_are_merged(as_: SignedIn, participant: User, course: PlanCourse) -> None:
    client = as_(participant)
    first = put(client, 0, title="One").json()["version"]
    put(client, first, plan_b="From the other tab")
    answer = put(client, first, title="Two").json()
    assert answer["merged"] == {"plan_b": {"value": "From the other tab", "label": "Plan B"}}
    plan = LessonPlan.objects.get()
    assert (plan.data["title"], plan.data["plan_b"]) == ("Two", "From the other tab")


def test_two_tabs_on_one_field_are_a_conflict_that_shows_both(
    as_: SignedIn, participant: User, course: PlanCourse
) -> None:
    client = as_(participant)
    first = put(client, 0, title="One").json()["version"]
    put(client, first, title="From the other tab")
    answer = put(client, first, title="Mine", plan_b="Too")
    assert answer.status_code == 409
    both = answer.json()["conflicts"][0]
    assert (both["key"], both["mine"], both["theirs"]) == ("title", ["Mine"], ["From the other tab"])
    assert LessonPlan.objects.get().data["title"] == "From the other tab"
    assert "plan_b" not in LessonPlan.objects.get().data
    assert put(client, answer.json()["version"], title="Mine", plan_b="Too").status_code == 200


def test_without_the_comparison_an_update_is_lost(
    as_: SignedIn, participant: User, course: PlanCourse, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The canary: the test above would go red."""
    monkeypatch.setattr(merging, "conflicts", lambda *args: [])
    client = as_(participant)
    first = put(client, 0, title="One").json()["version"]
    put(client, first, title="From the other tab")
    assert put(client, first, title="Mine").status_code == 200
    assert LessonPlan.objects.get().data["title"] == "Mine"


def test_the_same_words_twice_are_no_conflict(as_: SignedIn, participant: User, course: PlanCourse) -> None:
    client = as_(participant)
    put(client, 0, title="One")
    again = put(client, 0, title="One")
    assert again.status_code == 200
    assert again.json()["version"] == 1


def test_a_base_for_one_field_holds_for_that_field(as_: SignedIn, participant: User, course: PlanCourse) -> None:
    client = as_(participant)
    put(client, 0, title="One")
    put(client, 1, title="Other")
    body = {"version": 2, "changes": {"title": "Mine"}, "bases": {"title": 1}}
    assert client.put(URL, body, content_type="application/json").status_code == 409


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"version": 0, "changes": {"nonsense": "x"}}, 422),
        ({"version": 0, "changes": {"planned_reach": 5}}, 422),
        ({"version": "0", "changes": {}}, 422),
        ({"version": 0, "changes": []}, 422),
        ({"version": 0, "changes": {"title": ["a"]}}, 422),
        ({"version": 0, "changes": {"title": "a\x00b"}}, 422),
        ({"version": 0, "changes": {"title": "a\ud800b"}}, 422),
        ({"version": 0, "changes": {"skills": {"a": 1}}}, 422),
        ({"version": 0, "changes": {"steps": "abc"}}, 422),
        ({"version": 0, "changes": {"title": "x" * 20_001}}, 422),
        ({"version": 0, "changes": {"title": "x" * 300_000}}, 413),
        ([], 400),
    ],
)
def test_what_cannot_be_kept_is_refused_in_words(
    as_: SignedIn, participant: User, course: PlanCourse, body: Any, status: int
) -> None:
    answer = as_(participant).put(URL, body, content_type="application/json")
    assert answer.status_code == status
    assert answer.json()["message"]
    assert not LessonPlan.objects.exists()


def test_an_expired_session_is_told_401(as_: SignedIn, participant: User, course: PlanCourse) -> None:
    assert put(as_(None), 0, title="x").status_code == 401


def test_a_tab_of_another_person_is_told_401(as_: SignedIn, participant: User, course: PlanCourse) -> None:
    answer = as_(participant).put(
        URL, {"version": 0, "changes": {}}, content_type="application/json", headers={"X-Person": "999999"}
    )
    assert answer.status_code == 401


def test_a_plan_that_is_handed_in_takes_no_more_words(as_: SignedIn, participant: User, review: Any) -> None:
    answer = put(as_(participant), 1, title="Later")
    assert answer.status_code == 409
    assert answer.json()["locked"] == "submitted"
    assert LessonPlan.objects.get().title == FULL["title"]


def test_without_a_script_a_form_saves_its_section(as_: SignedIn, participant: User, course: PlanCourse) -> None:
    client = as_(participant)
    page = client.get("/c/fall/plan/?section=G")
    form: dict[str, Any] = dict(hidden(page))
    form |= {"go_on": "1"}
    for number, phase in enumerate(("before", "during", "after")):
        form |= {f"f.steps.{number}.phase": phase, f"f.steps.{number}.week": "2", f"f.steps.{number}.minutes": "30"}
        form |= {
            f"f.steps.{number}.students_do": "a",
            f"f.steps.{number}.instructor_does": "b",
            f"f.steps.{number}.partner_does": "",
        }
    answer = client.post("/c/fall/plan/?section=G", form)
    assert answer.status_code == 303
    assert answer["Location"].endswith("/c/fall/plan/?section=H")
    assert [row["phase"] for row in LessonPlan.objects.get().data["steps"]] == ["before", "during", "after"]


def test_an_old_form_without_a_script_leaves_alone_what_it_did_not_change(
    as_: SignedIn, participant: User, plan: LessonPlan
) -> None:
    client = as_(participant)
    form = everything(client.get("/c/fall/plan/?section=K"))
    put(client, plan.version, learning_note="From the other window")
    assert client.post("/c/fall/plan/?section=K", {**form, "f.sections_per_year": "4"}).status_code == 303
    kept = LessonPlan.objects.get().data
    assert (kept["sections_per_year"], kept["learning_note"]) == (4, "From the other window")


def test_a_conflict_without_a_script_shows_both_and_keeps_what_was_typed(
    as_: SignedIn, participant: User, plan: LessonPlan
) -> None:
    client = as_(participant)
    form = everything(client.get("/c/fall/plan/?section=K"))
    put(client, plan.version, learning_note="From the other window")
    answer = client.post("/c/fall/plan/?section=K", {**form, "f.learning_note": "Typed here"})
    assert answer.status_code == 409
    text = answer.content.decode()
    assert "From the other window" in text
    assert "Typed here</textarea>" in text


def test_steps_are_recorded_once_their_fields_are_good(
    as_: SignedIn, participant: User, enrolment: Enrolment, course: PlanCourse
) -> None:
    client = as_(participant)
    put(client, 0, title="x" * 200)
    assert not ProgressEvent.objects.filter(name="drafted").exists()
    put(client, 1, title="Short")
    assert list(ProgressEvent.objects.filter(name="drafted").values_list("item", flat=True)) == ["first/plan"]
    put(client, 2, title="")
    put(client, 3, title="Again")
    assert ProgressEvent.objects.filter(enrolment=enrolment, name="drafted").count() == 1


def test_a_step_page_has_just_its_fields_and_saves_them(as_: SignedIn, participant: User, course: PlanCourse) -> None:
    client = as_(participant)
    text = client.get("/c/fall/first/plan/").content.decode()
    assert 'id="field-title"' in text
    assert 'id="field-skills"' not in text
    answer = client.post("/c/fall/first/plan/", {"f.title": "From the step", "version": "0"})
    assert answer.status_code == 303
    assert LessonPlan.objects.get().title == "From the step"


def hidden(page: Any) -> list[tuple[str, str]]:
    import re

    return re.findall(r'<input type="hidden" name="((?:was\.\w+)|version)" value="([^"]*)"', page.content.decode())


def everything(page: Any) -> dict[str, Any]:
    """Section K's form as a browser would send it untouched."""
    kept = LessonPlan.objects.get().data
    form: dict[str, Any] = dict(hidden(page))
    names = ("sections_per_year", "students_per_section", "first_term", "sharing", "learning_note")
    return form | {f"f.{name}": kept[name] for name in names}
