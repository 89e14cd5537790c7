"""What surveys register with apps below: a kind of item, its page and need, a letter when one opens, own answers."""

from collections.abc import Callable, Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse

from accounts import exports as own_records
from cohorts import activities
from cohorts.access import Place
from cohorts.activities import Activity
from cohorts.completion import Need
from foundation.notices import registry as notices
from foundation.notices.registry import Delivery, NoticeKind, Topic
from modules import itemkinds
from modules.itemkinds import ItemKind
from modules.outline import ItemOutline
from surveys import exports, parsing

SURVEY = "survey"
TOPIC = "surveys"


def register(page: Callable[[HttpRequest, Place, ItemOutline], HttpResponse]) -> None:
    """Called once from `AppConfig.ready()`, which knows the page of a survey."""
    itemkinds.register(
        ItemKind(
            name=SURVEY,
            label="Survey",
            parse=parsing.parse,
            facts=parsing.facts,
            differences=parsing.differences,
            check_course=parsing.check_course,
        )
    )
    activities.register(Activity(SURVEY, page=page, needs=needs))
    notices.register_topic(
        Topic(
            TOPIC,
            "A survey that opens later",
            help="One letter some months after the course, asking how the plan went.",
            options=(Delivery.NOW, Delivery.PAGE),
        )
    )
    notices.register(
        NoticeKind(
            "survey-open",
            subject=lambda data: f"{data['cohort']}: {data['survey']}",
            text=_opened,
            topic=TOPIC,
            button="Answer it",
        )
    )
    own_records.register("surveys", exports.own_answers)


def needs(item: ItemOutline) -> tuple[Need, ...]:
    return (Need("submitted", 1, "Submit the survey"),)


def _opened(data: Mapping[str, Any]) -> str:
    until = f" It stays open until {data['until']}." if data.get("until") else ""
    return (
        f"It’s been a while since {data['cohort']} ended, and “{data['survey']}” is open for you now.{until}\n\n"
        "Your answers are confidential, every question but the ones marked may be skipped, and nothing you earned "
        "depends on it."
    )
