"""What a person does with an item: the page that shows it, and what counts as done. Each kind's app registers here."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.http import HttpRequest, HttpResponse

from cohorts.completion import Need
from modules.outline import ItemOutline, Outline

if TYPE_CHECKING:
    from cohorts.access import Place


@dataclass(frozen=True)
class Activity:
    """`page(request, place, item)` answers GET and POST at its address; `needs(item)` gives what counts as done."""

    kind: str
    page: Callable[[HttpRequest, "Place", ItemOutline], HttpResponse]
    needs: Callable[[ItemOutline], tuple[Need, ...]]


_activities: dict[str, Activity] = {}


def register(activity: Activity) -> None:
    """Called from the kind's app when it is ready. Raises ValueError if the kind has a page already."""
    if _activities.setdefault(activity.kind, activity) is not activity:
        raise ValueError(f"The kind {activity.kind!r} has two pages.")


def get(kind: str) -> Activity:
    return _activities[kind]


def needs(outline: Outline) -> dict[str, tuple[Need, ...]]:
    """Item key → what it asks for."""
    return outline.once("needs", lambda: {item.key: get(item.kind).needs(item) for item in outline.items})
