"""Exemplars: read from the course folder, judged like a plan that is submitted, shown in the gallery."""

import tomllib
from collections.abc import Callable
from typing import Any

import pytest

from accounts.models import User
from cohorts.models import Cohort
from lessonplans import completeness, exemplars, template
from modules.models import Edition
from tests.conftest import SignedIn
from tests.lessonplans.conftest import CONTENT, PARTS, reading_of

FILES = sorted(path.name for path in (CONTENT / "exemplars").glob("*.toml"))
SLUGS = {path.stem.split("-", 1)[1] for path in (CONTENT / "toolbox").glob("*.md")}
TEMPLATE = template.template_of(PARTS["lesson-plan"])
RUBRIC = template.rubric_of(PARTS["rubric"])


def parsed(file: str, change: Callable[[dict[str, Any]], object] = lambda head: None) -> tuple[Any, list[str]]:
    """What came of one of the course's files after a change, and its problems."""
    head = tomllib.loads((CONTENT / "exemplars" / file).read_text(encoding="utf-8"))
    change(head)
    reading = reading_of(f"exemplars/{file}", head, parts=PARTS)
    reading.course.resource_slugs = SLUGS
    found = exemplars.parse(reading)
    return found, [problem.message for problem in reading.problems]


def test_there_are_the_three_of_the_course() -> None:
    assert [parsed(file)[0]["data"]["stage"]["primary"] for file in FILES] == ["ABOUT", "THROUGH", "THROUGH"]


@pytest.mark.parametrize("file", FILES)
def test_each_could_be_submitted_and_is_exemplary_in_every_row(file: str) -> None:
    found, problems = parsed(file)
    assert problems == []
    gaps = completeness.of(TEMPLATE, found["data"], resources=SLUGS).gaps
    assert [gap.key for gap in gaps if not exemplars.is_personal(TEMPLATE.fields[gap.key])] == []
    best = max(RUBRIC.points)
    assert found["scores"] == dict.fromkeys(RUBRIC.by_key, best)
    assert all(len(comment.split()) > 15 for comment in found["comments"].values())


@pytest.mark.parametrize("file", FILES)
def test_the_hours_are_those_of_the_steps(file: str) -> None:
    data = parsed(file)[0]["data"]
    assert sum(step["minutes"] for step in data["steps"]) / 60 == pytest.approx(data["hours_per_student"], abs=0.25)


@pytest.mark.parametrize("file", FILES)
def test_every_outcome_and_skill_stands_in_the_grid(file: str) -> None:
    data = parsed(file)[0]["data"]
    grid = data["alignment"]
    assert {row["outcome"] for row in grid} == {str(n) for n, _ in enumerate(data["wbl_outcomes"], 1)}
    assert {row["slo"] for row in grid} <= {str(n) for n, _ in enumerate(data["course_slos"], 1)}
    assert {row["skill"] for row in grid} == set(data["skills"])


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (lambda head: head["plan"].update(poem="x"), "plan: “poem” is not known here"),
        (lambda head: head["plan"].update(planned_reach=75), "plan: “planned_reach” is not known here"),
        (lambda head: head["plan"].update(college="first"), "college is for a person to answer"),
        (lambda head: head["plan"].update(co_authors=["a@b.example"]), "co_authors is for a person to answer"),
        (lambda head: head["plan"].update(sharing="named"), "sharing is for a person to answer"),
        (lambda head: head["plan"].pop("plan_b"), "plan_b is missing"),
        (lambda head: head["plan"].pop("udl_options"), "udl_options is missing"),
        (lambda head: head["plan"].update(title="x" * 121), "title: Shorten this by 1 character"),
        (lambda head: head["plan"].update(title=["x"]), "“Plan title” did not arrive whole"),
        (lambda head: head["plan"].update(skills=["poetry"]), "skills: Choose from the list"),
        (lambda head: head["plan"].update(toolbox_links=["nothing"]), "toolbox_links: Choose from the toolbox"),
        (lambda head: head["plan"].update(sector={"among": "health"}), "sector is not written as expected"),
        (lambda head: head["plan"].update(skills={"among": ["analysis"], "other": "x"}), "skills is not written as"),
        (lambda head: head["plan"].update(sector="poetry"), "sector: Choose one from the list"),
        (lambda head: head.pop("plan"), "plan is missing"),
        (lambda head: head.pop("review"), "review is missing"),
        (lambda head: head.update(reviews={}), "“reviews” is not known here"),
        (lambda head: head["review"].pop("overall"), "review: overall is missing"),
        (lambda head: head["review"].pop("equity"), "review: equity is missing"),
        (lambda head: head["review"].update(style={"points": 3}), "“style” is no criterion"),
        (lambda head: head["review"]["equity"].update(points=1), "points is 1; expected 2 or more"),
        (lambda head: head["review"]["equity"].update(points=9), "points is 9; expected 2 or more"),
        (lambda head: head["review"]["equity"].pop("comment"), "review.equity: comment is missing"),
        (lambda head: head["review"]["equity"].update(stars=5), "review.equity: “stars” is not known here"),
    ],
)
def test_each_mistake_is_named(change: Callable[[dict[str, Any]], object], expected: str) -> None:
    _, problems = parsed(FILES[0], change)
    assert any(expected in message for message in problems), problems


def test_a_region_without_the_code_reads_the_words() -> None:
    def elsewhere(head: dict[str, Any]) -> None:
        head["plan"]["sector"] = {"among": ["fishing", "health"], "other": "Fishing"}
        head["plan"]["discipline"] = {"among": ["navigation"], "other": "Navigation"}

    data = parsed(FILES[0], elsewhere)[0]["data"]
    assert (data["sector"], data["discipline"]) == ("health", {"other": "Navigation"})


@pytest.fixture
def shown(edition: Edition) -> list[dict[str, Any]]:
    """The course's exemplars in the cohort's edition."""
    found = [{"slug": file.removesuffix(".toml").split("-", 1)[1], **parsed(file)[0]} for file in FILES]
    edition.parts = {**PARTS, "exemplars": found}
    edition.digest = "with exemplars"
    edition.save()
    return found


def test_the_gallery_shows_them_and_filters_them(as_: SignedIn, participant: User, shown: list[dict[str, Any]]) -> None:
    client = as_(participant)
    page = client.get("/gallery/").content.decode()
    assert [each["data"]["title"] in page for each in shown] == [True] * 3
    about = client.get("/gallery/?stage=ABOUT").content.decode()
    assert [each["data"]["title"] in about for each in shown] == [True, False, False]
    geography = client.get("/gallery/?discipline=geography").content.decode()
    assert sum(each["data"]["title"] in geography for each in shown) == 1


def test_a_template_that_asks_for_no_summary_has_them_too(
    as_: SignedIn, participant: User, edition: Edition, shown: list[dict[str, Any]]
) -> None:
    without = [{**each, "data": {k: v for k, v in each["data"].items() if k != "activity_summary"}} for each in shown]
    edition.parts = {**edition.parts, "exemplars": without}
    edition.digest = "without a summary"
    edition.save()
    page = as_(participant).get("/gallery/").content.decode()
    assert all(each["data"]["title"] in page for each in shown)


def test_one_is_the_whole_plan_with_its_reading(
    as_: SignedIn, participant: User, cohort: Cohort, shown: list[dict[str, Any]]
) -> None:
    each = shown[1]
    page = as_(participant).get(f"/gallery/exemplars/{each['slug']}/")
    assert page.status_code == 200
    text = page.content.decode()
    assert "How a facilitator read it" in text
    for criterion in RUBRIC.criteria:
        assert criterion.title in text
    assert "Planned reach" in text
    assert "Not yet answered" not in text


def test_they_end_at_the_consortium(
    as_: SignedIn, participant: User, outsider: User, cohort: Cohort, shown: list[dict[str, Any]]
) -> None:
    address = f"/gallery/exemplars/{shown[0]['slug']}/"
    assert as_(outsider).get(address).status_code == 404
    assert as_(participant).get(f"{address}?region=elsewhere").status_code == 404
    assert as_(participant).get(f"{address}?region={cohort.consortium.slug}").status_code == 200
    assert as_(participant).get("/gallery/exemplars/nothing/").status_code == 404
