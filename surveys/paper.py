"""A survey as people see it: to be answered, or with what one answered, to be read."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from surveys import questions
from surveys.questions import Answers, Question

LONG_LIST = 8  # options from which on one chooses from a list that folds out


@dataclass(frozen=True)
class Choice:
    """A step of a scale, or an option."""

    value: str
    text: str
    is_chosen: bool = False


@dataclass(frozen=True)
class Side:
    """One row of steps: a scale has one, a pair two."""

    field: str
    label: str
    choices: tuple[Choice, ...]


@dataclass(frozen=True)
class Sheet:
    """One question on a page. `other` is what another window answered, `words` what was answered."""

    number: int
    question: str
    type: str
    text: str
    help: str
    is_required: bool
    limit: int = 0
    unit: str = ""
    choices: tuple[Choice, ...] = ()
    sides: tuple[Side, ...] = ()
    typed: str = ""
    lacks: str = ""
    other: str = ""
    words: str = ""

    @property
    def name(self) -> str:
        """The form's field."""
        return f"q-{self.question}"

    @property
    def is_folded(self) -> bool:
        return self.type == "choice" and len(self.choices) > LONG_LIST

    @property
    def described_by(self) -> str:
        """Ids of what stands beside the question, for its group."""
        parts = [("help", self.help), ("lacks", self.lacks)]
        return " ".join(f"{self.name}-{name}" for name, words in parts if words)


@dataclass(frozen=True)
class Block:
    """Questions that stand together: on one scale as a table, or one alone. `sides` are the headings of a pair."""

    type: str
    sheets: tuple[Sheet, ...]
    steps: tuple[str, ...] = ()
    sides: tuple[str, ...] = ()

    @property
    def first(self) -> int:
        return self.sheets[0].number


@dataclass(frozen=True)
class Section:
    title: str
    intro: str
    blocks: tuple[Block, ...]

    @property
    def sheets(self) -> list[Sheet]:
        return [sheet for block in self.blocks for sheet in block.sheets]


def sections(
    data: Mapping[str, Any],
    answers: Answers,
    *,
    lacks: Mapping[str, str] | None = None,
    other: Answers | None = None,
) -> list[Section]:
    """The sections with what is answered so far. `lacks` says what is still to do where somebody wanted to submit;
    `other` are the answers of another window, shown where they differ.
    """
    number = 0
    found = []
    for section in data["sections"]:
        blocks = []
        for key, group in groupby(section["questions"], key=_table):
            sheets = []
            for question in group:
                number += 1
                sheets.append(_sheet(number, question, answers, lacks or {}, other))
            if key is None:
                blocks += [Block(sheet.type, (sheet,)) for sheet in sheets]
            else:
                kind, steps, sides = key
                blocks.append(Block(kind, tuple(sheets), steps, sides))
        found.append(Section(section["title"], section["intro"], tuple(blocks)))
    return found


def _table(question: Question) -> tuple[str, tuple[str, ...], tuple[str, ...]] | None:
    """What rows of one table share; None for a question that stands alone."""
    if "steps" not in question:
        return None
    sides = tuple(question[side] for side in questions.SIDES) if question["type"] == "pair" else ()
    return question["type"], tuple(question["steps"]), sides


def _sheet(number: int, question: Question, answers: Answers, lacks: Mapping[str, str], other: Answers | None) -> Sheet:
    name, kind = question["id"], question["type"]
    answer = answers.get(name)
    theirs = ""
    if other is not None and other.get(name) != answer:
        theirs = questions.in_words(question, other.get(name)) or "no answer"
    return Sheet(
        number,
        name,
        kind,
        question["text"],
        question["help"],
        is_required=question["required"],
        limit=question.get("limit", 0),
        unit=question.get("unit", ""),
        choices=_choices(question, answer),
        sides=_sides(question, answer),
        typed=str(answer) if kind in questions.TYPED and answer is not None else "",
        lacks=lacks.get(name, ""),
        other=theirs,
        words=questions.in_words(question, answer),
    )


def _choices(question: Question, answer: Any) -> tuple[Choice, ...]:
    options = question.get("options", ())
    if question["type"] == "yesno":
        options = [{"code": code, "label": code.capitalize()} for code in questions.YES_OR_NO]
    chosen = answer if isinstance(answer, list) else [answer]
    return tuple(Choice(option["code"], option["label"], option["code"] in chosen) for option in options)


def _sides(question: Question, answer: Any) -> tuple[Side, ...]:
    name = f"q-{question['id']}"
    if question["type"] == "scale":
        return (Side(name, "", _steps(question, answer)),)
    if question["type"] == "pair":
        given = answer or {}
        return tuple(
            Side(f"{name}-{side}", question[side], _steps(question, given.get(side))) for side in questions.SIDES
        )
    return ()


def _steps(question: Question, step: Any) -> tuple[Choice, ...]:
    return tuple(Choice(str(n), words, n == step) for n, words in enumerate(question["steps"], 1))
