"""What is still missing in a plan, section by section: pure, over template and answers."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from lessonplans import fields
from lessonplans.template import Field, Template


@dataclass(frozen=True)
class Gap:
    """One field that keeps the plan from being submitted: `words` say why."""

    key: str
    label: str
    section: str
    words: str


@dataclass(frozen=True)
class SectionState:
    letter: str
    title: str
    gaps: tuple[Gap, ...]
    answered: int
    asked: int

    @property
    def state(self) -> str:
        """done, part or none."""
        if not self.gaps:
            return "done"
        return "part" if self.answered else "none"

    @property
    def words(self) -> str:
        if not self.gaps:
            return "complete"
        return f"{len(self.gaps)} to go" if self.answered else "not begun"


@dataclass(frozen=True)
class Completeness:
    sections: tuple[SectionState, ...]

    @cached_property
    def gaps(self) -> tuple[Gap, ...]:
        return tuple(gap for section in self.sections for gap in section.gaps)

    @property
    def complete(self) -> bool:
        return not self.gaps

    @cached_property
    def sections_done(self) -> int:
        return sum(not section.gaps for section in self.sections)

    @cached_property
    def by_letter(self) -> dict[str, SectionState]:
        return {section.letter: section for section in self.sections}


def is_required(field: Field, data: Mapping[str, Any]) -> bool:
    """Whether the field must be answered, given the other answers."""
    if field.type == "product":
        return False
    if field.required_if and fields.chosen(data.get(field.required_if[0])) & set(field.required_if[1]):
        return True
    return field.required


def missing(template: Template, data: Any, keys: Iterable[str] | None = None) -> list[str]:
    """Keys of required fields without an answer, in the template's order, of `keys` or of all."""
    answers: Mapping[str, Any] = data if isinstance(data, Mapping) else {}
    among = template.fields if keys is None else set(keys)
    return [
        key
        for key, field in template.fields.items()
        if key in among and is_required(field, answers) and fields.empty(answers.get(key))
    ]


def of(template: Template, data: Any, *, resources: Collection[str] | None = None) -> Completeness:
    """How far a plan is."""
    answers: Mapping[str, Any] = data if isinstance(data, Mapping) else {}
    wrong = fields.validate(template, answers, resources=resources)
    lacking = set(missing(template, answers))
    sections = []
    for section in template.sections:
        asked = [field for field in section.fields if field.type != "product"]
        gaps = [
            Gap(
                field.key,
                field.label,
                section.letter,
                "Not answered yet." if field.key in lacking else wrong[field.key][0],
            )
            for field in asked
            if field.key in lacking or field.key in wrong
        ]
        answered = sum(not fields.empty(answers.get(field.key)) for field in asked)
        sections.append(SectionState(section.letter, section.title, tuple(gaps), answered, len(asked)))
    return Completeness(tuple(sections))


def is_drafted(template: Template, data: Mapping[str, Any], keys: Iterable[str], *, wrong: Collection[str]) -> bool:
    """Whether a plan step is done: each of its fields has a good answer: optional ones too, since the step asks for
    them, but not one that the other answers make needless."""
    asked = [template.fields[key] for key in keys if key in template.fields and template.fields[key].type != "product"]
    wanted = [field.key for field in asked if field.required_if is None or is_required(field, data)]
    return all(not fields.empty(data.get(key)) and key not in wrong for key in wanted)
