"""What people can be told about: apps register kinds of notices, and topics to choose for, when they are ready."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import models

Data = Mapping[str, Any]


class Delivery(models.TextChoices):
    """How a person hears of something."""

    NOW = "now", "By e-mail, at once"
    DIGEST = "digest", "By e-mail, once a day"
    PAGE = "page", "Only here, under Notices"


@dataclass(frozen=True)
class Topic:
    """Something a person may have mailed at once, once a day or not at all. `options` are the deliveries offered."""

    name: str
    label: str
    help: str = ""
    options: tuple[str, ...] = (Delivery.NOW, Delivery.DIGEST, Delivery.PAGE)


@dataclass(frozen=True)
class NoticeKind:
    """One kind of notice: its subject line, and its text empty lines between paragraphs, from the data of `notify`.

    `delivery` holds for people who chose nothing: mailed now, in the daily digest, or on the page alone.
    """

    name: str
    subject: Callable[[Data], str]
    text: Callable[[Data], str]
    delivery: str = Delivery.NOW
    topic: str = ""
    button: str = "Open it"


_kinds: dict[str, NoticeKind] = {}
_topics: dict[str, Topic] = {}


def register(kind: NoticeKind) -> None:
    """Raises ValueError if another app has the name."""
    if _kinds.setdefault(kind.name, kind) is not kind:
        raise ValueError(f"The notice kind {kind.name!r} is registered twice.")


def register_topic(topic: Topic) -> None:
    """Raises ValueError if another app has the name."""
    if _topics.setdefault(topic.name, topic) is not topic:
        raise ValueError(f"The notice topic {topic.name!r} is registered twice.")


def get(name: str) -> NoticeKind:
    return _kinds[name]


def names() -> tuple[str, ...]:
    return tuple(_kinds)


def topics() -> tuple[Topic, ...]:
    return tuple(_topics.values())


def default_of(topic: str) -> str:
    """What a person who chose nothing gets: the delivery of the topic's first kind."""
    return next((kind.delivery for kind in _kinds.values() if kind.topic == topic), Delivery.NOW)
