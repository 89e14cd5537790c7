"""What is done, what is missing and why something is locked: one pure function over the facts of a person and the rules
of their edition.

It reads no clock and no database. The rules come from the edition's items through the kinds' needs (wbl-course §2,
"Completion").
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import Enum
from functools import cached_property
from typing import Protocol

from modules.outline import ItemOutline, ModuleOutline, Outline


@dataclass(frozen=True)
class Need:
    """One thing an item asks for: so many facts of a name.

    `gates` says whether later items wait for it; what depends on other people never does. `hands_in` says that others
    decide it about what the person hands in: the facts `submitted`, `withdrawn` and `returned` tell whose turn it is.
    """

    fact: str
    count: int
    words: str
    gates: bool = True
    hands_in: bool = False


class Turn(Enum):
    """Who moves on what was handed in: others, who have not decided, or the person, to whom it was returned."""

    NOBODYS = ""
    OTHERS = "others"
    AGAIN = "again"


def is_required(item: ItemOutline) -> bool:
    """Whether completing the course asks for it; the kind of an item that is only offered says `required` is false."""
    return item.facts.get("required") is not False


class Fact(Protocol):
    @property
    def item(self) -> str: ...
    @property
    def name(self) -> str: ...


@dataclass(frozen=True)
class ItemStanding:
    item: ItemOutline
    needs: tuple[tuple[Need, int], ...]
    locked: str = ""
    overridden: bool = False
    turn: Turn = Turn.NOBODYS

    @cached_property
    def done(self) -> bool:
        return self.overridden or all(have >= need.count for need, have in self.needs)

    @cached_property
    def begun(self) -> bool:
        return self.done or self.is_handed_in or any(have for _, have in self.needs)

    @cached_property
    def is_handed_in(self) -> bool:
        """Whether the person did their part at least once: how long others take to decide makes nobody late."""
        return self.turn is not Turn.NOBODYS

    @cached_property
    def passable(self) -> bool:
        """Whether what comes after may open: everything is done that depends on this person alone."""
        return self.overridden or all(have >= need.count for need, have in self.needs if need.gates)

    @cached_property
    def missing(self) -> tuple[str, ...]:
        """In words, what is still to do here."""
        if self.done:
            return ()
        return tuple(
            need.words if not have else f"{need.words} ({have} of {need.count})"
            for need, have in self.needs
            if have < need.count
        )

    @property
    def state(self) -> str:
        """done, locked, begun or open: the word and the mark in every list."""
        if self.done:
            return "done"
        if self.locked:
            return "locked"
        return "begun" if self.begun else "open"


@dataclass(frozen=True)
class ModuleStanding:
    """`items` are what the course asks for. What is only offered stands apart in `extras`, so that no lock, count or
    list of what is missing ever meets it.
    """

    module: ModuleOutline
    items: tuple[ItemStanding, ...]
    locked: str = ""
    extras: tuple[ItemStanding, ...] = ()

    @cached_property
    def done(self) -> bool:
        return all(item.done for item in self.items)

    @cached_property
    def count_done(self) -> int:
        return sum(item.done for item in self.items)

    @property
    def state(self) -> str:
        if self.done:
            return "done"
        if self.locked:
            return "locked"
        return "begun" if any(item.begun for item in self.items) else "open"


@dataclass(frozen=True)
class Standing:
    """Where a person stands in the course."""

    modules: tuple[ModuleStanding, ...]

    @cached_property
    def items(self) -> tuple[ItemStanding, ...]:
        return tuple(item for module in self.modules for item in module.items)

    @cached_property
    def by_key(self) -> dict[str, ItemStanding]:
        extras = (extra for module in self.modules for extra in module.extras)
        return {item.item.key: item for item in (*self.items, *extras)}

    @cached_property
    def complete(self) -> bool:
        return bool(self.items) and all(item.done for item in self.items)

    @cached_property
    def count_done(self) -> int:
        return sum(item.done for item in self.items)

    @cached_property
    def modules_done(self) -> int:
        return sum(module.done for module in self.modules)

    @cached_property
    def next(self) -> ItemStanding | None:
        """The one next step: the first open item that this person can move on by themselves, else the first that waits
        for others.
        """
        open_items = [item for item in self.items if not item.done and not item.locked]
        own = (item for item in open_items if not item.passable or item.turn is Turn.AGAIN)
        return next(own, open_items[0] if open_items else None)

    @cached_property
    def missing(self) -> tuple[ItemStanding, ...]:
        return tuple(item for item in self.items if not item.done)

    def after(self, key: str) -> ItemStanding | None:
        keys = [item.item.key for item in self.items]
        index = keys.index(key) + 1 if key in keys else len(keys)
        return self.items[index] if index < len(keys) else None

    def before(self, key: str) -> ItemStanding | None:
        keys = [item.item.key for item in self.items]
        index = keys.index(key) if key in keys else 0
        return self.items[index - 1] if index > 0 else None


def evaluate(
    outline: Outline,
    *,
    needs: Mapping[str, tuple[Need, ...]],
    facts: Iterable[Fact],
    overridden: Iterable[str] = (),
    opens_at: Mapping[str, datetime],
    opening_words: Mapping[str, str],
    now: datetime,
    always_open: Iterable[str] = ("plan",),
    locks: bool = True,
) -> Standing:
    """Where a person stands.

    `needs`: item key → what it asks for. `facts`: what happened, any order, in any edition's keys. `opens_at`: module
    slug, or key of an item that is only offered, → when it opens;
    `opening_words`: the same in words for people. `always_open`: kinds of items that no order locks; without `locks`
    all is open.
    """
    counts = Counter((outline.aliases.get(fact.item, fact.item), fact.name) for fact in facts)
    waived = {outline.aliases.get(key, key) for key in overridden}
    free = set(always_open)
    modules: list[ModuleStanding] = []
    passable: dict[str, bool] = {}
    for module in outline.modules:
        locked = _why_module_is_locked(module, outline, passable, opens_at, opening_words, now) if locks else ""
        items: list[ItemStanding] = []
        extras: list[ItemStanding] = []
        waits_for = ""
        for item in module.items:
            have = tuple((need, min(counts[item.key, need.fact], need.count)) for need in needs.get(item.key, ()))
            if not is_required(item):
                extra = ItemStanding(item, have, overridden=item.key in waived)
                if not extra.begun and locks:
                    extra = replace(extra, locked=locked or _why_closed(item.key, opens_at, opening_words, now))
                extras.append(extra)
                continue
            why = locked or ("" if item.kind in free or not locks else waits_for)
            is_waived = item.key in waived
            turn = Turn.NOBODYS if is_waived else _turn(item.key, have, counts)
            standing = ItemStanding(item, have, locked=why, overridden=is_waived, turn=turn)
            if why and not locked and standing.begun:
                standing = replace(standing, locked="")
            items.append(standing)
            if not standing.passable and not waits_for and item.kind not in free:
                waits_for = f"Opens after “{item.title.strip('“”')}”."
        passable[module.slug] = all(item.passable for item in items)
        modules.append(ModuleStanding(module, tuple(items), locked=locked, extras=tuple(extras)))
    return Standing(tuple(modules))


def _turn(key: str, needs: Iterable[tuple[Need, int]], counts: Mapping[tuple[str, str], int]) -> Turn:
    if not any(need.hands_in and have < need.count for need, have in needs):
        return Turn.NOBODYS
    handed_in = counts[key, "submitted"] - counts[key, "withdrawn"]
    if handed_in <= 0:
        return Turn.NOBODYS
    return Turn.OTHERS if handed_in > counts[key, "returned"] else Turn.AGAIN


def _why_closed(key: str, opens_at: Mapping[str, datetime], opening_words: Mapping[str, str], now: datetime) -> str:
    opens = opens_at.get(key)
    return opening_words.get(key, "Opens later.") if opens and now < opens else ""


def _why_module_is_locked(
    module: ModuleOutline,
    outline: Outline,
    passable: Mapping[str, bool],
    opens_at: Mapping[str, datetime],
    opening_words: Mapping[str, str],
    now: datetime,
) -> str:
    closed = _why_closed(module.slug, opens_at, opening_words, now)
    if closed:
        return closed
    waiting = [
        outline.module_by_slug[slug].title
        for slug in module.requires
        if slug in outline.module_by_slug and not passable.get(slug, False)
    ]
    if waiting:
        return f"Opens when you have worked through “{waiting[0]}”."
    return ""
