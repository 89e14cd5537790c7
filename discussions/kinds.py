"""What discussions register below: the kind of item, its page and what counts as done, and the notice of a reply."""

from collections.abc import Callable, Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse

from cohorts import activities, schedule
from cohorts.access import Place
from cohorts.activities import Activity
from cohorts.completion import Need
from foundation.notices import registry
from foundation.notices.registry import Delivery, NoticeKind, Topic
from modules import itemkinds
from modules.itemkinds import ItemKind, Parsed
from modules.loader.source import MISSING, Reading
from modules.outline import ItemOutline

KIND = "discussion"
MOST_WORDS = 1000
WORDS = ("no", "one", "two", "three", "four", "five", "six")
RULES = ("post_words", "replies", "reply_words", "post_by", "reply_by")


def register(page: Callable[[HttpRequest, Place, ItemOutline], HttpResponse]) -> None:
    """Called once from `AppConfig.ready()`, which may know the views."""
    itemkinds.register(ItemKind(name=KIND, label="Discussion", parse=parse, facts=facts, differences=differences))
    activities.register(Activity(KIND, page=page, needs=needs))
    registry.register_topic(
        Topic("replies", "Replies", help="Somebody answers your post, or writes in a thread you wrote in.")
    )
    registry.register(
        NoticeKind(
            "reply",
            subject=_subject_to_author,
            text=_text,
            delivery=Delivery.NOW,
            topic="replies",
            button="Read the reply",
        )
    )
    registry.register(
        NoticeKind(
            "thread",
            subject=_subject_to_follower,
            text=_text,
            delivery=Delivery.DIGEST,
            topic="replies",
            button="Read the reply",
        )
    )


def parse(reading: Reading) -> Parsed:
    """A prompt with its rules (docs/course-format.md, "A discussion")."""
    data = {
        "post_words": _count(reading, "post_words", most=MOST_WORDS),
        "replies": _count(reading, "replies", most=len(WORDS) - 1),
        "reply_words": _count(reading, "reply_words", default=0, most=MOST_WORDS),
        "post_by": _date(reading, "post_by"),
        "reply_by": _date(reading, "reply_by"),
        "advice": reading.get("advice", str, ""),
        "model_post": reading.get("model_post", str, ""),
    }
    if data["replies"] and data["reply_by"] is None and "reply_by" not in reading.head:
        reading.problem(
            "reply_by is missing; expected a table such as { week = 1, day = 'sunday' }, because replies are asked for."
        )
    if not reading.text.strip():
        reading.problem("The prompt has no text.", line=reading.text_line)
    reading.no_more_keys()
    return Parsed(reading.to_html(reading.text, line=reading.text_line), data)


def _count(reading: Reading, key: str, *, most: int, default: Any = MISSING) -> int:
    value = int(reading.get(key, int, default))
    if not 0 <= value <= most:
        reading.problem(f"{key} is {value}; expected a number from 0 to {most}.", near=key)
    return value


def _date(reading: Reading, key: str) -> dict[str, Any] | None:
    table = reading.get(key, dict, None)
    if table is None:
        return None
    week = reading.get("week", int, table=table, where=key)
    day = reading.get("day", str, among=schedule.DAYS, table=table, where=key)
    if week < 1:
        reading.problem(f"{key}: week is {week}; weeks count from 1.", near=key)
    return {"week": week, "day": day}


def facts(data: dict[str, Any]) -> dict[str, Any]:
    """What lists and rules need; never the text or the model post."""
    labels = (("post_by", "Post by", "posted"), ("reply_by", "Reply by", "replied"))
    dates = [{"key": key, "label": label, "fact": fact, **data[key]} for key, label, fact in labels if data.get(key)]
    return {
        "dates": dates,
        "post_words": data["post_words"],
        "replies": data["replies"],
        "reply_words": data["reply_words"],
    }


def differences(old: dict[str, Any], new: dict[str, Any]) -> list[str]:
    """What a facilitator should know before a cohort moves to the new edition."""
    said = [
        f"{rule.replace('_', ' ')}: {_in_words(old.get(rule))} → {_in_words(new.get(rule))}"
        for rule in RULES
        if old.get(rule) != new.get(rule)
    ]
    said += [
        f"The {key.replace('_', ' ')} is different." for key in ("advice", "model_post") if old.get(key) != new.get(key)
    ]
    return said


def _in_words(value: Any) -> str:
    return (
        f"week {value['week']}, {value['day'].capitalize()}"
        if isinstance(value, dict)
        else "none"
        if value is None
        else str(value)
    )


def needs(item: ItemOutline) -> tuple[Need, ...]:
    """The first post lets one go on; replies depend on what others wrote and never hold anybody up."""
    posted = Need("posted", 1, "Post your answer")
    replies = int(item.facts["replies"])
    if not replies:
        return (posted,)
    return posted, Need(
        "replied", replies, f"Reply to {WORDS[replies]} {'person' if replies == 1 else 'people'}", gates=False
    )


def _subject_to_author(data: Mapping[str, Any]) -> str:
    return f"{data['name']} replied to your post"


def _subject_to_follower(data: Mapping[str, Any]) -> str:
    return f"{data['name']} wrote in a thread you wrote in"


def _text(data: Mapping[str, Any]) -> str:
    return f"In “{data['item']}”, {data['name']} wrote:\n\n{data['excerpt']}"
