"""Where a page leaves room to write, and what is asked there: ruled lines, boxes to tick, the empty cells of tables."""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import Enum
from typing import Any
from xml.etree.ElementTree import Element

BOX = "☐"
LIMIT = 250  # characters of a label: a screen reader says all of it each time one comes by
ROW_LIMIT = 110  # of them, for the row that a cell is in
_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
_BLOCKS = ("p", "div", "br", "li", "dt", "dd")
_AROUND = ("li", "p", "th", "td", "dt", "dd", "body")  # the words after a box end with one of these
_OWN = ("ul", "ol", "table")  # what is in them is no part of the words around them


class Kind(Enum):
    """What somebody does there."""

    LINES = "writes on ruled lines"
    CELL = "writes into an empty cell"
    REST = "writes below the words of a cell"
    TICK = "ticks a box"


@dataclass(frozen=True)
class Field:
    """One place to write. Its `label` says what: the question, the row and column of a cell, the words after a box."""

    kind: Kind
    label: str
    heading: str
    name: str = ""


def find(root: Element) -> dict[Element, Field]:
    """The places to write of a page with `<body data-fillable>`, in reading order; any other page has none.

    A box that stands bare among the words of a cell becomes an element of its own.
    """
    body = root.find("body")
    if body is None or body.get("data-fillable") is None:
        return {}
    return _named(_Finder(root).places(body))


def _named(places: dict[Element, Field]) -> dict[Element, Field]:
    """The same places, each with a name of its own and a label that no other has."""
    said = Counter(field.label for field in places.values())
    again: Counter[str] = Counter()
    named = {}
    for number, (element, field) in enumerate(places.items(), start=1):
        label = field.label
        if said[label] > 1 and field.heading and label != field.heading:
            label = _short(f"{field.heading}: {label}", LIMIT)
        again[label] += 1
        if again[label] > 1:
            label = f"{label} ({again[label]})"
        named[element] = replace(field, label=label, name=f"{number:03d}-{_slug(field.label)}")
    return named


class _Finder:
    """One walk through a page."""

    def __init__(self, root: Element) -> None:
        self.parents = {child: parent for parent in root.iter() for child in parent}
        self.labels: dict[Element, str] = {}

    def places(self, body: Element) -> dict[Element, Field]:
        places: dict[Element, Field] = {}
        heading = ""
        for element in list(body.iter()):
            if element.tag in _HEADINGS:
                heading = _question(_words(element))
            elif element.tag == "div" and "lines" in _classes(element):
                places[element] = Field(Kind.LINES, self._asked(element) or heading, heading)
            elif element.tag == "td":
                places |= {place: Field(kind, label, heading) for place, kind, label in self._cell(element)}
            elif _is_box(element) and element not in places:
                places[element] = Field(Kind.TICK, self._ticked(element) or heading, heading)
        return places

    def _asked(self, lines: Element) -> str:
        """The paragraph right before some lines."""
        siblings = list(self.parents[lines])
        before = siblings[: siblings.index(lines)]
        return _short(_question(_words(before[-1])), LIMIT) if before and before[-1].tag == "p" else ""

    def _ticked(self, box: Element) -> str:
        """What stands after a box, up to the next one."""
        if box not in self.labels:
            around = self.parents[box]
            while around.tag not in _AROUND:
                around = self.parents[around]
            self.labels |= _after_boxes(around)
        return _short(_question(self.labels.get(box, "")), LIMIT)

    def _cell(self, cell: Element) -> Iterator[tuple[Element, Kind, str]]:
        row = self.parents[cell]
        group = self.parents[row]
        table = group if group.tag == "table" else self.parents[group]
        if group.tag == "thead" or table.get("role") in ("presentation", "none") or _heads_columns(row):
            return
        of_row, of_column = _row_name(table, row, cell), _column_name(table, row, cell)
        label = _joined(of_row, of_column)
        if not len(cell) and not (cell.text or "").strip():
            yield cell, Kind.CELL, label
            return
        _wrap_boxes(cell)
        for box, words in _after_boxes(cell).items():
            yield box, Kind.TICK, _joined(of_row, _question(words))
        if any(_is_box(element) for element in cell.iter()):
            yield cell, Kind.REST, label


def _is_box(element: Element) -> bool:
    return "box" in _classes(element) and (element.text or "").strip() == BOX


def _classes(element: Element) -> list[str]:
    return element.get("class", "").split()


def _pieces(element: Element) -> Iterator[str | Element]:
    """The words of an element, and among them its boxes."""
    yield element.text or ""
    for child in element:
        if _is_box(child):
            yield child
        elif child.tag not in _OWN and not _is_unsaid(child):
            yield from _pieces(child)
            yield " " if child.tag in _BLOCKS else ""
        yield child.tail or ""


def _is_unsaid(element: Any) -> bool:
    is_comment = not isinstance(element.tag, str)
    return is_comment or element.get("aria-hidden") == "true" or "cite" in _classes(element)


def _words(element: Element) -> str:
    return " ".join("".join(piece for piece in _pieces(element) if isinstance(piece, str)).split())


def _after_boxes(element: Element) -> dict[Element, str]:
    """The boxes in an element, each with the words up to the next one."""
    words: dict[Element, str] = {}
    box = None
    for piece in _pieces(element):
        if not isinstance(piece, str):
            box, words[piece] = piece, ""
        elif box is not None:
            words[box] += piece
    return {box: " ".join(said.split()) for box, said in words.items()}


def _wrap_boxes(cell: Element) -> None:
    """☐ among the words of a cell becomes `<span class="box">☐</span>`."""

    def split(text: str) -> tuple[str, list[Element]]:
        first, *rest = text.split(BOX)
        spans = []
        for tail in rest:
            span = Element("span", {"class": "box"})
            span.text, span.tail = BOX, tail
            spans.append(span)
        return first, spans

    for element in [each for each in cell.iter() if not _is_unsaid(each) and not _is_box(each)]:
        for child in list(element):
            if child.tail and BOX in child.tail:
                child.tail, spans = split(child.tail)
                at = list(element).index(child) + 1
                element[at:at] = spans
        if element.text and BOX in element.text:
            element.text, spans = split(element.text)
            element[0:0] = spans


def _heads_columns(row: Element) -> bool:
    return any(cell.tag == "th" and cell.get("scope") != "row" for cell in row)


def _row_name(table: Element, row: Element, cell: Element) -> str:
    """What the first words of a row call it; a row without a name is called by its number, and by its next words."""
    before = [words for words in (_words(each) for each in list(row)[: list(row).index(cell)]) if words]
    if before and not before[0].isdecimal():
        name = before[0]
    else:
        rows = [each for each in table.iter("tr") if not _heads_columns(each)]
        name = ", ".join([f"Row {before[0] if before else rows.index(row) + 1}", *before[1:2]])
    return _short(name.rstrip(" .:"), ROW_LIMIT)


def _column_name(table: Element, row: Element, cell: Element) -> str:
    head = next((each for each in table.iter("tr") if _heads_columns(each)), None)
    number = _column(row, cell)
    over = [] if head is None else [each for each in head if _column(head, each) <= number]
    return _question(_words(over[-1])) if over else ""


def _joined(*names: str) -> str:
    return _short(": ".join(filter(None, names)), LIMIT)


def _column(row: Element, cell: Element) -> int:
    number = 0
    for each in row:
        if each is cell:
            break
        span = each.get("colspan", "")
        number += int(span) if span.isdecimal() else 1
    return number


def _question(words: str) -> str:
    return words.strip().removesuffix(":").rstrip()


def _short(text: str, limit: int) -> str:
    """The text, or its beginning in whole words."""
    return text if len(text) <= limit else f"{text[: limit - 1].rpartition(' ')[0] or text[: limit - 1]}…"


def _slug(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain)[:40].strip("-") or "field"
