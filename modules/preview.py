"""An edition as its region reads it, for an administrator who is in no cohort: texts as pages send them, and the data
of any kind of item (questions, fields, criteria) as words, without knowing what kinds there are.
"""

import datetime
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from foundation.richtext import cleaning
from modules import facts
from modules.models import Edition
from modules.outline import ItemOutline

# What carries an entry's words, the first that is there; what a page shows elsewhere or nobody reads.
_WORDS = ("text", "left", "label", "title", "term")
_UNREAD = {"id", "code", "key", "outcomes", "summary"}
_MARKUP = re.compile(r"<[a-z/][^>]*>|&(?:amp|lt|gt|quot|#\w+);", re.IGNORECASE)
_CELLS = 12  # lists of so many short texts are read in a line
_CHOICES = 12  # longer lists of choices are folded


@dataclass
class Entry:
    """A question, an option, a field: what it says, what is told of it, and the groups of what belongs to it."""

    words: str = ""
    is_right: bool = False
    notes: list[tuple[str, str]] = field(default_factory=list)
    groups: list["Group"] = field(default_factory=list)

    @property
    def markup(self) -> str:
        return as_markup(self.words)

    @property
    def told(self) -> list[tuple[str, str]]:
        return [(name, as_markup(text)) for name, text in self.notes]


@dataclass(frozen=True)
class Group:
    """Questions, options, columns: entries under the name of their key."""

    name: str
    entries: list[Entry]

    @property
    def is_long(self) -> bool:
        """A list of plain choices that would bury what stands after it."""
        return len(self.entries) > _CHOICES and not any(entry.groups for entry in self.entries)


def body(markup: str, region: str, today: datetime.date) -> str:
    """A text of an edition as it reads today; its links to the toolbox stay with the region."""
    return facts.without_expired(markup, today).replace('href="/toolbox/', f'href="/regions/{region}/toolbox/')


def entries(data: Any) -> Entry:
    """Whatever a kind keeps, as one entry with all that belongs to it."""
    return _entry(data if isinstance(data, Mapping) else {"": data})


def as_markup(text: str) -> str:
    """HTML that may be sent: what a kind made from Markdown is cleaned once more, plain text is escaped."""
    return cleaning.clean(text) if _MARKUP.search(text) else cleaning.paragraphs(text)


def neighbors(edition: Edition, item: ItemOutline) -> tuple[ItemOutline | None, ItemOutline | None]:
    items = edition.outline.items
    at = items.index(item)
    return (items[at - 1] if at else None, items[at + 1] if at + 1 < len(items) else None)


def _entry(data: Mapping[str, Any]) -> Entry:
    main = next((name for name in _WORDS if isinstance(data.get(name), str)), "")
    made = Entry(words=str(data.get(main, "")), is_right=data.get("right") is True)
    choices = {choice["id"]: choice["text"] for choice in data.get("choices", ()) if isinstance(choice, Mapping)}
    for name, value in data.items():
        if name == main or name in _UNREAD or value in (None, "", [], {}) or (name == "choices" and choices):
            continue
        if name == "right" and value is False and not isinstance(data.get("feedback"), Mapping):
            continue  # one of several options; where the answer itself is true or false, "no" is the key
        if name == "pairs" and choices:
            value = [{**pair, "right": choices.get(pair["right"], pair["right"])} for pair in value]
        _tell(made, name.replace("_", " "), value)
    return made


def _tell(made: Entry, name: str, value: Any) -> None:
    if isinstance(value, Mapping):
        if all(isinstance(each, str | int | float | bool) for each in value.values()):
            spoken = ", ".join(f"{key.replace('_', ' ')} {_plain(each)}" for key, each in value.items())
            is_long = any(isinstance(each, str) and len(each) > 40 for each in value.values())
            if is_long:
                made.notes += [(f"{name}, {key}", str(each)) for key, each in value.items()]
            else:
                made.notes.append((name, spoken))
        else:
            made.groups.append(Group(name.capitalize(), [_entry(value)]))
    elif isinstance(value, list):
        parts = [_entry(each) if isinstance(each, Mapping) else Entry(words=_plain(each)) for each in value]
        are_cells = all(not isinstance(each, Mapping | list) and not str(each).endswith(".") for each in value)
        if are_cells and len(value) <= _CELLS:
            made.notes.append((name, "; ".join(map(_plain, value))))
        else:
            made.groups.append(Group(name.capitalize(), parts))
    elif not (value is True and name == "right"):
        made.notes.append((name, _plain(value)))


def _plain(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:g}" if isinstance(value, float) else str(value)
