"""The plan's template, its rubric and the exemplars as an edition keeps them. An edition never changes, so they are
read once a process.
"""

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from threading import Lock
from typing import Any

from modules.models import Edition

_KEPT = 32
_courses: OrderedDict[tuple[int, str], "PlanCourse"] = OrderedDict()
_lock = Lock()

TEXTS = ("text", "textarea")
CELLS = ("text", "textarea", "select", "number")
TYPES = (
    *CELLS, "multi", "stage", "rows", "keyed", "table", "rubric", "checklist", "people", "resources", "product",
)  # fmt: skip
COLLEGES = "region.colleges"
DISCIPLINES = "region.disciplines"
TERMS = "region.terms"
SHARING = "sharing_choices"


@dataclass(frozen=True)
class Option:
    """One answer that a list offers."""

    code: str
    label: str
    group: str = ""
    description: str = ""


@dataclass(frozen=True)
class Field:
    """One thing the plan asks for. docs/course-format.md says what each type's value is."""

    key: str
    type: str
    label: str
    help: str = ""
    required: bool = False
    required_if: tuple[str, tuple[str, ...]] | None = None
    limit: int = 0
    pattern: str = ""
    pattern_help: str = ""
    options: tuple[Option, ...] = ()
    options_from: str = ""
    other: bool = False
    min: float | None = None
    max: float | None = None
    step: float | None = None
    whole: bool = False
    filter_by: str = ""
    keys_from: str = ""
    columns: tuple["Field", ...] = ()
    one_of_each: str = ""
    min_levels: int = 1
    max_levels: int = 6
    states: tuple[Option, ...] = ()
    factors: tuple[str, ...] = ()
    section: str = ""

    @cached_property
    def labels(self) -> dict[str, str]:
        return {option.code: option.label for option in self.options}

    @cached_property
    def column_by_key(self) -> dict[str, "Field"]:
        return {column.key: column for column in self.columns}


@dataclass(frozen=True)
class Section:
    letter: str
    title: str
    intro: str
    fields: tuple[Field, ...]


@dataclass(frozen=True)
class Template:
    sections: tuple[Section, ...]

    @cached_property
    def fields(self) -> dict[str, Field]:
        return {field.key: field for section in self.sections for field in section.fields}

    @cached_property
    def by_letter(self) -> dict[str, Section]:
        return {section.letter: section for section in self.sections}

    def taken_from(self, source: str) -> Field | None:
        """The first field whose options come from that list."""
        return next((field for field in self.fields.values() if field.options_from == source), None)


@dataclass(frozen=True)
class Level:
    points: int
    label: str


@dataclass(frozen=True)
class Criterion:
    key: str
    title: str
    fields: tuple[str, ...]
    descriptors: tuple[str, ...]


@dataclass(frozen=True)
class Rubric:
    levels: tuple[Level, ...]
    approve_at: int
    criteria: tuple[Criterion, ...]

    @cached_property
    def by_key(self) -> dict[str, Criterion]:
        return {criterion.key: criterion for criterion in self.criteria}

    @cached_property
    def points(self) -> frozenset[int]:
        return frozenset(level.points for level in self.levels)


@dataclass(frozen=True)
class Exemplar:
    """A whole plan of an invented class that comes with the course, and one reading of it against the rubric.
    `data` as in a plan, `scores` by criterion, `comments` by anchor as in a review.
    """

    slug: str
    data: Mapping[str, Any]
    scores: Mapping[str, int]
    comments: Mapping[str, str]
    overall: str


@dataclass(frozen=True)
class PlanCourse:
    """What the lesson plan needs of an edition."""

    template: Template
    rubric: Rubric
    exemplars: Mapping[str, Exemplar]
    holidays: frozenset[date]
    accent: Mapping[str, str]


def of(edition: Edition) -> PlanCourse:
    """Template and rubric of an edition; they are empty where its course has no lesson plan."""
    key = (edition.pk, edition.digest)
    with _lock:
        if key in _courses:
            _courses.move_to_end(key)
            return _courses[key]
    parts, region = edition.parts, edition.region
    course = PlanCourse(
        template=template_of(parts.get("lesson-plan") or {}),
        rubric=rubric_of(parts.get("rubric") or {}),
        exemplars={each["slug"]: Exemplar(**each) for each in parts.get("exemplars", ())},
        holidays=frozenset(date.fromisoformat(str(holiday["date"])) for holiday in region.get("holidays", ())),
        accent=region.get("accent") or {},
    )
    with _lock:
        _courses[key] = course
        while len(_courses) > _KEPT:
            _courses.popitem(last=False)
    return course


def template_of(data: Mapping[str, Any]) -> Template:
    """From the JSON that `parsing.parse_template` made."""
    return Template(
        tuple(
            Section(
                letter=section["letter"],
                title=section["title"],
                intro=section.get("intro", ""),
                fields=tuple(field_of(field, section["letter"]) for field in section["fields"]),
            )
            for section in data.get("sections", ())
        )
    )


def field_of(data: Mapping[str, Any], section: str = "") -> Field:
    plain = {
        key: value
        for key, value in data.items()
        if key not in ("options", "states", "columns", "factors", "required_if")
    }
    condition = data.get("required_if")
    return Field(
        **plain,
        section=section,
        required_if=(condition["field"], tuple(condition["in"])) if condition else None,
        options=tuple(Option(**option) for option in data.get("options", ())),
        states=tuple(Option(**option) for option in data.get("states", ())),
        columns=tuple(field_of(column, section) for column in data.get("columns", ())),
        factors=tuple(data.get("factors", ())),
    )


def rubric_of(data: Mapping[str, Any]) -> Rubric:
    """From the JSON that `parsing.parse_rubric` made."""
    return Rubric(
        levels=tuple(Level(level["points"], level["label"]) for level in data.get("levels", ())),
        approve_at=data.get("approve_at", 0),
        criteria=tuple(
            Criterion(each["key"], each["title"], tuple(each["fields"]), tuple(each["descriptors"]))
            for each in data.get("criteria", ())
        ),
    )
