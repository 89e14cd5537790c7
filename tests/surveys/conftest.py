import json
import tomllib
from pathlib import Path
from typing import Any

import pytest

from cohorts.models import Cohort, Enrolment, Override
from modules.loader import markdown, values
from modules.loader.source import Problem, Reading, take_apart
from modules.models import Item, Module
from modules.outline import ItemOutline
from surveys import actions, parsing
from surveys.models import Response
from tests import factories

SAMPLE = (Path(__file__).parent / "sample.toml").read_text()
ADDRESS = "/c/fall/second/end-survey/"
SAVE, SUBMIT, WITHDRAW = (f"{ADDRESS}survey/{name}" for name in ("", "submit/", "withdraw/"))
KEY, LATER = "second/end-survey", "second/follow-up"
# One answer of each type, as it is kept.
FULL: dict[str, Any] = {
    "explain": {"before": 1, "now": 3},
    "choose": {"before": 2, "now": 2},
    "pages": 2,
    "recommend": "yes",
    "quote": "named",
    "quote-name": "Pat P.",
    "barriers": ["time", "room"],
    "students": "1,200",
    "hours": "13.5",
    "why": "It changed\nhow I teach.",
    "discipline": "geography",
}
LEAST: dict[str, Any] = {"explain": {"before": 1, "now": 2}, "pages": 3, "recommend": "no"}


class Course:
    """What a parser asks a course for."""

    values = {"region": {"short_name": "Lakes & <Prairie>"}, "course": {"hours": "13"}}

    def options(self, name: str) -> list[dict[str, Any]] | None:
        listed = {"region.disciplines": [{"code": "geography", "label": "Geography", "career_education": False}]}
        return listed.get(name)


def reading_of(raw: str, path: str = "end-survey.toml") -> Reading:
    problems: list[Problem] = []
    source = take_apart(path, raw, problems)
    assert source is not None, problems
    return Reading(
        path=source.path,
        head=source.head,
        text=source.text,
        raw=source.raw,
        course=Course(),
        problems=problems,
        render=markdown.render,
        fill=lambda reading, text, line: values.filled(reading.course.values, text),
    )


def read(raw: str) -> tuple[dict[str, Any], list[Problem]]:
    reading = reading_of(raw)
    return parsing.parse(reading).data, reading.problems


@pytest.fixture(autouse=True)
def _no_second_factor(settings: Any) -> None:
    """Facilitators and staff here have none; that it is asked of them is tested with the accounts."""
    settings.SECOND_FACTOR_REQUIRED = False


@pytest.fixture
def cohort(cohort: Cohort) -> Cohort:
    """With an end survey and a follow-up at the end of its second module."""
    return with_surveys(cohort)


def with_surveys(cohort: Cohort) -> Cohort:
    module = Module.objects.get(edition=cohort.edition, slug="second")
    data, _ = read(SAMPLE)
    later = {**data, "when": "later", "required": False, "opens_after_weeks": 16, "open_weeks": 8}
    del later["due"]
    for place, (slug, title, minutes, content) in enumerate(
        (("end-survey", "End survey", 15, data), ("follow-up", "One term later", 0, later)), 5
    ):
        Item.objects.create(
            module=module, slug=slug, position=place, kind="survey", title=title, minutes=minutes,
            body="<p>Be frank.</p>", data=content, digest="0" * 64,
        )  # fmt: skip
    return cohort


@pytest.fixture
def enrolment(enrolment: Enrolment) -> Enrolment:
    """The participant's, who has come as far as the survey."""
    return unlock(enrolment)


def unlock(enrolment: Enrolment) -> Enrolment:
    word = factories.UserFactory.create()
    for item in enrolment.cohort.edition.outline.items:
        if item.kind != "survey":
            Override.objects.create(enrolment=enrolment, item=item.key, reason="was ill", by=word)
    return enrolment


def item_of(enrolment: Enrolment, key: str = KEY) -> ItemOutline:
    return enrolment.cohort.edition.outline.by_key[key]


def save(enrolment: Enrolment, answers: dict[str, Any], version: int | None = None) -> Response:
    now = factories.timezone.now()
    return actions.save(enrolment=enrolment, item=item_of(enrolment), answers=answers, version=version, now=now)


def submit(enrolment: Enrolment, answers: dict[str, Any] | None = None, key: str = KEY) -> Response:
    now = factories.timezone.now()
    return actions.submit(enrolment=enrolment, item=item_of(enrolment, key), answers=answers or FULL, now=now)


def put(client: Any, content: object, url: str = SAVE, **headers: str) -> Any:
    body = content if isinstance(content, str | bytes) else json.dumps(content)
    return client.put(url, body, content_type="application/json", headers={"X-Requested-With": "fetch", **headers})


def form(answers: dict[str, Any], version: int = 0, **more: object) -> dict[str, object]:
    """The answers as the page's form sends them."""
    data: dict[str, object] = {"version": version, **more}
    for name, answer in answers.items():
        if isinstance(answer, dict):
            data |= {f"q-{name}-{side}": step for side, step in answer.items()}
        else:
            data[f"q-{name}"] = answer
    return data


def default_surveys() -> dict[str, dict[str, Any]]:
    """The surveys of the default course as TOML, by their path."""
    content = Path(__file__).resolve().parents[2] / "modules" / "content" / "modules"
    found = {}
    for path in content.glob("*/*.toml"):
        head = tomllib.loads(path.read_text())
        if head.get("kind") == "survey":
            found[f"{path.parent.name}/{path.stem}"] = head
    return found
