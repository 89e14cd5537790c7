"""What an answer is worth: pure, for all eight types of questions (docs/course-format.md, "A knowledge check").

A question is the table that `kinds.parse` made. An answer is JSON: an option's id (single, scenario), a list of them
(multiple), "true" or "false", {pair: choice} (match), {step: place} (order), or what was typed (number, text). None is
no answer.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

Question = Mapping[str, Any]
Answers = Mapping[str, Any]

ONE_OF_SEVERAL = ("single", "scenario")
TYPED = ("number", "text")
TYPED_LIMIT = 200
_NUMBER = re.compile(r"[-+]?(?:\d{1,3}(?:,\d{3})+(?![\d,])|\d+)?(?:\.\d+|(?<=\d)\.(?!\d))?", re.ASCII)
_APOSTROPHES = re.compile(r"['’‘`´]")


@dataclass(frozen=True)
class Result:
    """One question of a graded check: its points from 0 to 1."""

    question: str
    points: Fraction


@dataclass(frozen=True)
class Grade:
    """A graded check. `share` is exact, so that no rounding passes or fails anybody."""

    results: tuple[Result, ...]

    @property
    def points(self) -> Fraction:
        return sum((result.points for result in self.results), Fraction(0))

    @property
    def share(self) -> Fraction:
        return self.points / len(self.results) if self.results else Fraction(0)

    @property
    def percent(self) -> float:
        """Per cent to a tenth, rounded down: 79.96 must not read as the 80 that it misses."""
        return int(self.share * 1000) / 10

    def reaches(self, per_cent: int) -> bool:
        return self.share * 100 >= per_cent


def grade(questions: Sequence[Question], answers: Answers) -> Grade:
    """All questions, in their order; what has no answer has no points."""
    return Grade(tuple(Result(str(q["id"]), score(q, answers.get(q["id"]))) for q in questions))


def score(question: Question, answer: Any) -> Fraction:
    """The share of the question's point, from 0 to 1; never raises for an answer, whatever it is.

    Match and order give the share of rows that are right. Multiple gives the share of the right options that were
    chosen, less the share of the wrong ones that were: choosing everything is worth nothing.
    """
    try:
        given = tidy(question, answer)
    except ValueError:
        return Fraction(0)
    if given is None:
        return Fraction(0)
    return _SCORES[question["type"]](question, given)


def tidy(question: Question, answer: Any) -> Any:
    """The answer in the one form that is stored, None for none. Raises ValueError, with words, for what is none."""
    if answer is None or answer in ("", [], {}):
        return None
    return _TIDY[question["type"]](question, answer)


def is_answered(question: Question, answer: Any) -> bool:
    return not lacks(question, answer)


def lacks(question: Question, answer: Any) -> str:
    """In words, what is still to do; empty for an answer that can be graded as it is."""
    try:
        given = tidy(question, answer)
    except ValueError:
        given = None
    if given is None:
        return "not answered"
    if question["type"] == "match" and len(given) < len(question["pairs"]):
        return f"{len(given)} of {len(question['pairs'])} matched"
    if question["type"] == "order" and sorted(given.values()) != list(range(1, len(question["steps"]) + 1)):
        return "each step needs a place of its own"
    if question["type"] == "number" and number_in(given) is None:
        return "needs one number"
    return ""


def right_answer(question: Question) -> Any:
    """An answer that is worth the whole point."""
    match question["type"]:
        case "single" | "scenario":
            return next(option["id"] for option in question["options"] if option["right"])
        case "multiple":
            return [option["id"] for option in question["options"] if option["right"]]
        case "truefalse":
            return "true" if question["right"] else "false"
        case "match":
            return {pair["id"]: pair["right"] for pair in question["pairs"]}
        case "order":
            return {step["id"]: place for place, step in enumerate(question["steps"], 1)}
        case "number":
            return format(Decimal(str(question["answer"])), "f")
        case _:
            return question["accept"][0]


def number_in(text: str) -> Decimal | None:
    """The one number in what was typed, with or without its unit: "28 students", "28.0", "10,500"; else None."""
    plain = unicodedata.normalize("NFKC", text).replace("−", "-")
    found = [match for match in (m[0] for m in _NUMBER.finditer(plain)) if any(c.isdigit() for c in match)]
    if len(found) != 1:
        return None
    return Decimal(found[0].replace(",", ""))


def plain_words(text: str) -> str:
    """A text as it is compared: without case, marks and spaces around and between."""
    folded = _APOSTROPHES.sub("", unicodedata.normalize("NFKC", text).casefold())
    kept = "".join(c if unicodedata.category(c)[0] in "LMN" else " " for c in unicodedata.normalize("NFKC", folded))
    return " ".join(kept.split())


def _ids(rows: Iterable[Mapping[str, Any]]) -> list[str]:
    return [row["id"] for row in rows]


def _tidy_one(question: Question, answer: Any) -> str:
    if not isinstance(answer, str) or answer not in _ids(question["options"]):
        raise ValueError("This isn’t one of the options.")
    return answer


def _tidy_several(question: Question, answer: Any) -> list[str] | None:
    options = _ids(question["options"])
    if not isinstance(answer, list) or not all(isinstance(one, str) and one in options for one in answer):
        raise ValueError("These aren’t options of the question.")
    return [option for option in options if option in answer] or None


def _tidy_truefalse(question: Question, answer: Any) -> str:
    if isinstance(answer, bool):
        return "true" if answer else "false"
    if answer not in ("true", "false"):
        raise ValueError("The answer is true or false.")
    return str(answer)


def _tidy_match(question: Question, answer: Any) -> dict[str, str] | None:
    choices = _ids(question["choices"])
    rows = _tidy_rows(answer, _ids(question["pairs"]))
    if not all(isinstance(choice, str) and choice in choices for choice in rows.values()):
        raise ValueError("This isn’t one of the choices.")
    return rows or None


def _tidy_order(question: Question, answer: Any) -> dict[str, int] | None:
    steps = _ids(question["steps"])
    places = {str(place): place for place in range(1, len(steps) + 1)}
    rows = _tidy_rows(answer, steps)
    if not all(
        isinstance(place, str | int) and not isinstance(place, bool) and str(place) in places for place in rows.values()
    ):
        raise ValueError(f"Places go from 1 to {len(steps)}.")
    return {step: places[str(place)] for step, place in rows.items()} or None


def _tidy_rows(answer: Any, known: list[str]) -> dict[str, Any]:
    """Rows in the order of the question, so that the same answer is always the same JSON."""
    if not isinstance(answer, dict) or not all(key in known for key in answer):
        raise ValueError("These aren’t rows of the question.")
    return {key: answer[key] for key in known if answer.get(key) not in (None, "")}


def _tidy_typed(question: Question, answer: Any) -> str | None:
    if isinstance(answer, bool) or not isinstance(answer, str | int | float):
        raise ValueError("The answer is what you type.")
    text = " ".join(str(answer).split())
    if len(text) > TYPED_LIMIT:
        raise ValueError(f"The answer is longer than {TYPED_LIMIT} characters.")
    if any(unicodedata.category(c) in ("Cc", "Cs") for c in text):
        raise ValueError("The answer has a character that can’t be stored.")
    return text or None


def _score_one(question: Question, given: str) -> Fraction:
    return Fraction(given == right_answer(question))


def _score_several(question: Question, given: list[str]) -> Fraction:
    right = {option["id"] for option in question["options"] if option["right"]}
    wrong = {option["id"] for option in question["options"] if not option["right"]}
    gained = Fraction(len(right & set(given)), len(right))
    lost = Fraction(len(wrong & set(given)), len(wrong)) if wrong else Fraction(0)
    return max(Fraction(0), gained - lost)


def _score_rows(question: Question, given: dict[str, Any]) -> Fraction:
    right = right_answer(question)
    return Fraction(sum(given.get(row) == value for row, value in right.items()), len(right))


def _score_number(question: Question, given: str) -> Fraction:
    number = number_in(given)
    if number is None:
        return Fraction(0)
    off = abs(Fraction(number) - Fraction(str(question["answer"])))
    return Fraction(off <= Fraction(str(question["tolerance"])))


def _score_text(question: Question, given: str) -> Fraction:
    words = plain_words(given)
    return Fraction(bool(words) and words in {plain_words(accepted) for accepted in question["accept"]})


_TIDY: dict[str, Callable[[Question, Any], Any]] = {
    "single": _tidy_one,
    "scenario": _tidy_one,
    "multiple": _tidy_several,
    "truefalse": _tidy_truefalse,
    "match": _tidy_match,
    "order": _tidy_order,
    "number": _tidy_typed,
    "text": _tidy_typed,
}
_SCORES: dict[str, Callable[[Question, Any], Fraction]] = {
    "single": _score_one,
    "scenario": _score_one,
    "multiple": _score_several,
    "truefalse": _score_one,
    "match": _score_rows,
    "order": _score_rows,
    "number": _score_number,
    "text": _score_text,
}
