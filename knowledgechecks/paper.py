"""A check as people see it: to be answered, with feedback, or as the facilitator's key.

Only the last two ever hold a key or a word of feedback.
"""

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from django.utils.html import escape

from knowledgechecks import scoring
from knowledgechecks.scoring import Answers, Question

TRUE_OR_FALSE = ({"id": "true", "text": "True"}, {"id": "false", "text": "False"})


@dataclass(frozen=True)
class Choice:
    """An entry of a select."""

    value: str
    text: str
    is_chosen: bool = False


@dataclass(frozen=True)
class Row:
    """An option, a pair or a step. `mark` is right, wrong or missed, and `words` say the same."""

    id: str
    text: str
    is_chosen: bool = False
    choices: tuple[Choice, ...] = ()
    mark: str = ""
    words: str = ""
    feedback: str = ""
    count: int | None = None


@dataclass(frozen=True)
class Sheet:
    """One question on a page."""

    number: int
    question: str
    type: str
    text: str
    rows: tuple[Row, ...] = ()
    typed: str = ""
    unit: str = ""
    lacks: str = ""
    other: str = ""
    mark: str = ""
    words: str = ""
    feedback: str = ""
    others: tuple[Row, ...] = ()
    first_try: str = ""

    @property
    def name(self) -> str:
        """The form's field."""
        return f"q-{self.question}"

    @property
    def is_long(self) -> bool:
        return "<p>" in self.text or "<ul>" in self.text or "<ol>" in self.text


def to_answer(
    questions: Sequence[Question],
    answers: Answers,
    *,
    seed: int,
    lacks: Mapping[str, str] | None = None,
    other: Answers | None = None,
) -> list[Sheet]:
    """The questions with what is answered so far.

    `seed` is the attempt: its rows stand in an order of their own, the same after a reload. `lacks` says what is still
    to do where somebody wanted to submit; `other` are the answers of another window, shown where they differ.
    """
    sheets = []
    for number, question in enumerate(questions, 1):
        name, answer = question["id"], answers.get(question["id"])
        theirs = "" if other is None or other.get(name) == answer else in_words(question, other.get(name))
        sheets.append(
            Sheet(
                number,
                name,
                question["type"],
                question["text"],
                rows=_rows(question, answer, seed),
                typed=answer if question["type"] in scoring.TYPED and isinstance(answer, str) else "",
                unit=question.get("unit", ""),
                lacks=(lacks or {}).get(name, ""),
                other=theirs,
            )
        )
    return sheets


def with_feedback(questions: Sequence[Question], answers: Answers, *, seed: int) -> list[Sheet]:
    """The questions of a submitted attempt: what was chosen, whether it is right, and why."""
    return [
        _graded(number, question, answers.get(question["id"]), seed) for number, question in enumerate(questions, 1)
    ]


def as_key(questions: Sequence[Question], first_tries: Sequence[Answers]) -> list[Sheet]:
    """The questions with every key and all feedback, and how the first tries went."""
    return [
        _key(number, question, [answers.get(question["id"]) for answers in first_tries])
        for number, question in enumerate(questions, 1)
    ]


def in_words(question: Question, answer: Any) -> str:
    """An answer as one would read it out; HTML, from the course's own texts and escaped ones."""
    try:
        given = scoring.tidy(question, answer)
    except ValueError:
        given = None
    if given is None:
        return "No answer"
    match question["type"]:
        case "match":
            chosen = {choice["id"]: choice["text"] for choice in question["choices"]}
            return "; ".join(
                f"{pair['left']}: {escape(chosen[given[pair['id']]])}"
                for pair in question["pairs"]
                if pair["id"] in given
            )
        case "order":
            return "; ".join(
                f"{given[step['id']]}. {step['text']}"
                for step in sorted(question["steps"], key=lambda s: given.get(s["id"], 99))
                if step["id"] in given
            )
        case "number" | "text":
            return escape(given)
        case _:
            return "; ".join(
                option["text"]
                for option in _options(question)
                if option["id"] in ([given] if isinstance(given, str) else given)
            )


def points(share: Fraction) -> str:
    """Points to a hundredth, rounded down: 1, 0.66, 8.5."""
    return f"{int(share * 100) / 100:.2f}".rstrip("0").rstrip(".")


# ---- Rows


def _options(question: Question) -> Sequence[Mapping[str, Any]]:
    return TRUE_OR_FALSE if question["type"] == "truefalse" else question.get("options", ())


def _rows(question: Question, answer: Any, seed: int) -> tuple[Row, ...]:
    match question["type"]:
        case "number" | "text":
            return ()
        case "match":
            given = answer or {}
            choices = _shuffled(question["choices"], seed, question["id"])
            return tuple(
                Row(pair["id"], pair["left"], choices=_choices(choices, given.get(pair["id"])))
                for pair in question["pairs"]
            )
        case "order":
            given = answer or {}
            places = [{"id": str(place), "text": str(place)} for place in range(1, len(question["steps"]) + 1)]
            return tuple(
                Row(step["id"], step["text"], choices=_choices(places, str(given.get(step["id"], ""))))
                for step in _mixed(question, seed)
            )
        case _:
            chosen = answer if isinstance(answer, list) else [answer]
            return tuple(Row(option["id"], option["text"], option["id"] in chosen) for option in _mixed(question, seed))


def _mixed(question: Question, seed: int) -> Sequence[Mapping[str, Any]]:
    """Options or steps in this attempt's order; steps never in the right one."""
    if question["type"] == "truefalse":
        return TRUE_OR_FALSE
    rows = question["steps"] if question["type"] == "order" else question["options"]
    mixed = _shuffled(rows, seed, question["id"])
    return [*mixed[1:], mixed[0]] if question["type"] == "order" and mixed == list(rows) else mixed


def _shuffled(rows: Iterable[Mapping[str, Any]], seed: int, name: str) -> list[Mapping[str, Any]]:
    return sorted(rows, key=lambda row: hashlib.sha256(f"{seed}/{name}/{row['id']}".encode()).digest())


def _choices(rows: Iterable[Mapping[str, Any]], chosen: Any) -> tuple[Choice, ...]:
    return tuple(Choice(row["id"], row["text"], row["id"] == chosen) for row in rows)


# ---- After submitting


def _graded(number: int, question: Question, answer: Any, seed: int) -> Sheet:
    share = scoring.score(question, answer)
    mark = "right" if share == 1 else "wrong"
    rows: tuple[Row, ...] = ()
    others: tuple[Row, ...] = ()
    feedback = ""
    match question["type"]:
        case "match":
            rows = _graded_pairs(question, answer or {})
        case "order":
            rows = _graded_steps(question, answer or {})
            feedback = question["feedback"][mark]
        case "number" | "text":
            feedback = question["feedback"][mark]
        case _:
            marked = [_graded_option(question, option, answer) for option in _mixed(question, seed)]
            rows = tuple(marked)
            others = tuple(
                _feedback_of(question, option)
                for option, row in zip(_mixed(question, seed), marked, strict=True)
                if not row.mark
            )
    return Sheet(
        number,
        question["id"],
        question["type"],
        question["text"],
        rows=rows,
        typed=answer if isinstance(answer, str) and question["type"] in scoring.TYPED else "",
        unit=question.get("unit", ""),
        mark=mark,
        words=_verdict(share, answer),
        feedback=feedback,
        others=others,
        other="" if share == 1 or question["type"] not in scoring.TYPED else _right_words(question),
    )


def _verdict(share: Fraction, answer: Any) -> str:
    if share == 1:
        return "right"
    if share:
        return f"partly right, {points(share)} of 1 point"
    return "not answered" if answer is None else "not right"


def _graded_option(question: Question, option: Mapping[str, Any], answer: Any) -> Row:
    is_chosen = answer == option["id"] or (isinstance(answer, list) and option["id"] in answer)
    is_right = _is_right(question, option)
    text = _feedback_of(question, option).feedback
    if is_chosen:
        return Row(
            option["id"],
            option["text"],
            True,
            mark="right" if is_right else "wrong",
            words="Your answer: right" if is_right else "Your answer: not right",
            feedback=text,
        )
    if is_right and question["type"] == "multiple":
        return Row(option["id"], option["text"], mark="missed", words="Right as well, and not chosen", feedback=text)
    if is_right:
        return Row(option["id"], option["text"], mark="right", words="The right answer", feedback=text)
    return Row(option["id"], option["text"])


def _graded_pairs(question: Question, given: Mapping[str, str]) -> tuple[Row, ...]:
    texts = {choice["id"]: choice["text"] for choice in question["choices"]}
    rows = []
    for pair in question["pairs"]:
        chosen = texts.get(given.get(pair["id"], ""), "")
        if chosen == texts[pair["right"]]:
            rows.append(
                Row(pair["id"], pair["left"], True, mark="right", words=f"{chosen}: right", feedback=pair["feedback"])
            )
        else:
            said = f"{chosen}: not right" if chosen else "No answer"
            rows.append(
                Row(
                    pair["id"],
                    pair["left"],
                    bool(chosen),
                    mark="wrong",
                    words=f"{said}\nRight: {texts[pair['right']]}",
                    feedback=pair["feedback"],
                )
            )
    return tuple(rows)


def _graded_steps(question: Question, given: Mapping[str, int]) -> tuple[Row, ...]:
    rows = []
    for place, step in enumerate(question["steps"], 1):
        chosen = given.get(step["id"])
        is_right = chosen == place
        words = (
            f"Your place {chosen}: right" if is_right else f"Your place {chosen}: not right" if chosen else "No answer"
        )
        rows.append(
            Row(
                step["id"],
                f"{place}. {step['text']}",
                chosen is not None,
                mark="right" if is_right else "wrong",
                words=words,
            )
        )
    return tuple(rows)


def _is_right(question: Question, option: Mapping[str, Any]) -> bool:
    return bool(option["right"]) if "right" in option else option["id"] == scoring.right_answer(question)


def _feedback_of(question: Question, option: Mapping[str, Any]) -> Row:
    return Row(
        option["id"],
        option["text"],
        feedback=option["feedback"] if "feedback" in option else question["feedback"][option["id"]],
    )


def _right_words(question: Question) -> str:
    return f"{scoring.right_answer(question)} {question.get('unit', '')}".strip()


# ---- For the facilitator


def _key(number: int, question: Question, answers: list[Any]) -> Sheet:
    whole = sum(scoring.score(question, answer) == 1 for answer in answers)
    counts = Counter(
        choice
        for answer in answers
        for choice in (answer if isinstance(answer, list) else [answer])
        if isinstance(choice, str)
    )
    rows: tuple[Row, ...] = ()
    match question["type"]:
        case "match":
            texts = {choice["id"]: choice["text"] for choice in question["choices"]}
            rows = tuple(
                Row(pair["id"], pair["left"], words=texts[pair["right"]], feedback=pair["feedback"])
                for pair in question["pairs"]
            )
        case "order":
            rows = tuple(Row(step["id"], f"{place}. {step['text']}") for place, step in enumerate(question["steps"], 1))
        case "number" | "text":
            pass
        case _:
            rows = tuple(
                Row(
                    option["id"],
                    option["text"],
                    mark="right" if _is_right(question, option) else "",
                    feedback=_feedback_of(question, option).feedback,
                    count=counts[option["id"]],
                )
                for option in _options(question)
            )
    return Sheet(
        number,
        question["id"],
        question["type"],
        question["text"],
        rows=rows,
        words=_accepted(question),
        others=() if rows and question["type"] != "order" else _both_ways(question),
        first_try=f"{whole} of {len(answers)} right on the first try" if answers else "",
    )


def _both_ways(question: Question) -> tuple[Row, ...]:
    return (
        Row("right", "When it’s right", feedback=question["feedback"]["right"]),
        Row("wrong", "When it isn’t", feedback=question["feedback"]["wrong"]),
    )


def _accepted(question: Question) -> str:
    if question["type"] == "text":
        return ", ".join(question["accept"])
    if question["type"] == "number":
        give = f", give or take {question['tolerance']}" if question["tolerance"] else ""
        return f"{_right_words(question)}{give}"
    return ""
