"""The way through a module, on every page of it: a rail on wide screens, a bar at the bottom of a phone, and what comes
next.
"""

from dataclasses import dataclass
from typing import Any

from django import template

from cohorts.access import Place
from cohorts.completion import ItemStanding, ModuleStanding
from modules.outline import ItemOutline

register = template.Library()


@dataclass(frozen=True)
class Step:
    """A station of the path: an item with its address and where it stands."""

    standing: ItemStanding
    url: str
    is_here: bool

    @property
    def css(self) -> str:
        if self.is_here:
            return "path-here"
        return {"done": "path-done", "locked": "path-locked"}.get(self.standing.state, "path-next")


def _module_of(place: Place, item: ItemOutline) -> ModuleStanding:
    return next(module for module in place.standing.modules if module.module.slug == item.module)


def _step(place: Place, standing: ItemStanding | None, item: ItemOutline) -> Step | None:
    if standing is None:
        return None
    return Step(standing, f"/c/{place.cohort.slug}/{standing.item.key}/", standing.item.key == item.key)


@register.inclusion_tag("cohorts/_rail.html")
def rail(place: Place, item: ItemOutline) -> dict[str, Any]:
    """The module's items in order, with what is done, what is next and why something is locked."""
    module = _module_of(place, item)
    return {
        "module": module,
        "module_url": f"/c/{place.cohort.slug}/{module.module.slug}/",
        "steps": [_step(place, standing, item) for standing in module.items + module.extras],
    }


@register.inclusion_tag("cohorts/_bottom_path.html")
def bottom_path(place: Place, item: ItemOutline) -> dict[str, Any]:
    """Previous, here, next: the path of a phone."""
    module = _module_of(place, item)
    keys = [standing.item.key for standing in module.items + module.extras]
    return {
        "module_url": f"/c/{place.cohort.slug}/{module.module.slug}/",
        "position": keys.index(item.key) + 1,
        "total": len(keys),
        "before": _step(place, place.standing.before(item.key), item),
        "after": _step(place, place.standing.after(item.key), item),
    }


@register.inclusion_tag("cohorts/_turn.html")
def turn(place: Place, item: ItemOutline) -> dict[str, Any]:
    """At the end of a page: what was before and what comes next."""
    return {
        "before": _step(place, place.standing.before(item.key), item),
        "after": _step(place, place.standing.after(item.key), item),
    }
