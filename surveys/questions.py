"""What an answer is: pure, for all types of questions (docs/course-format.md, "A survey").

A question is the table that `parsing.parse` made. An answer is JSON: a step from 1 (scale), {before, now} (pair), "yes"
or "no" (yesno), an option's code (choice), a list of them (multi), or what was typed (text, textarea, number; a number
once it is submitted). None is no answer.
"""

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from foundation.drafts import bodies

Question = Mapping[str, Any]
Answers = Mapping[str, Any]

TYPED = ("text", "textarea", "number")
SIDES = ("before", "now")
YES_OR_NO = ("yes", "no")
# What may be kept while somebody is writing; the limit of a question is asked for on submitting.
TYPED_CAP = 20_000
TOO_MUCH = "This is more than fits here. Shorten it; what you wrote is still in this window."
_NUMBER = re.compile(r"(?:\d{1,3}(?:,\d{3})+|\d{1,9})(?:\.\d{1,6})?", re.ASCII)


def of(data: Mapping[str, Any]) -> Iterator[Question]:
    """All questions of a survey, in order."""
    for section in data["sections"]:
        yield from section["questions"]


def keep(question: Question, answer: Any) -> Any:
    """The answer as it is stored while somebody writes, None for none. Raises ValueError, with words, else."""
    if answer is None or answer in ("", [], {}):
        return None
    return _KEEP[question["type"]](question, answer)


def lacks(question: Question, answers: Answers) -> str:
    """In words, what keeps this from being submitted; empty where nothing does. `answers` are kept ones."""
    answer = answers.get(question["id"])
    if answer is None or (question["type"] in TYPED and is_blank(answer)):
        return _asked_for(question) if is_required(question, answers) else ""
    match question["type"]:
        case "pair":
            missing = [question[side] for side in SIDES if side not in answer]
            return f"choose a number for “{missing[0]}” as well" if missing else ""
        case "multi":
            most = question.get("max")
            return f"choose at most {most}" if most and len(answer) > most else ""
        case "text" | "textarea":
            over = len(answer.strip()) - question["limit"]
            return f"shorten this by {over:,} character{'s' if over > 1 else ''}" if over > 0 else ""
        case "number":
            return _number_lacks(question, answer)
    return ""


def is_required(question: Question, answers: Answers) -> bool:
    """Whether it may not be left out, given the other answers."""
    condition = question.get("required_if")
    if condition:
        given = answers.get(condition["question"])
        return any(each in condition["in"] for each in (given if isinstance(given, list) else [given]))
    return bool(question["required"])


def final(question: Question, answer: Any) -> Any:
    """A kept answer that lacks nothing as it is submitted: numbers as numbers, texts without outer spaces."""
    if question["type"] not in TYPED or answer is None:
        return answer
    if is_blank(answer):
        return None
    return number_in(answer) if question["type"] == "number" else answer.strip()


def in_words(question: Question, answer: Any) -> str:
    """The answer as its giver would read it; empty for none."""
    if answer is None:
        return ""
    match question["type"]:
        case "scale":
            return _step(question, answer)
        case "pair":
            return "; ".join(f"{question[side]}: {_step(question, answer[side])}" for side in SIDES if side in answer)
        case "yesno":
            return str(answer).capitalize()
        case "choice" | "multi":
            labels = {option["code"]: option["label"] for option in question["options"]}
            return "; ".join(labels[code] for code in (answer if isinstance(answer, list) else [answer]))
    return str(answer)


def number_in(text: Any) -> int | float | None:
    """The number that was typed, 1,200 and 3.5 included; None where it is none."""
    typed = str(text).strip()
    if not _NUMBER.fullmatch(typed):
        return None
    number = float(typed.replace(",", ""))
    return int(number) if number.is_integer() else number


def is_blank(text: Any) -> bool:
    """Nothing to read: spaces and characters without a shape."""
    return all(unicodedata.category(char)[0] in "ZC" for char in str(text))


def _asked_for(question: Question) -> str:
    return (
        "not answered"
        if question["type"] not in TYPED
        else "needs a few words"
        if question["type"] != "number"
        else "needs a number"
    )


def _step(question: Question, step: int) -> str:
    return f"{step}, {question['steps'][step - 1]}"


def _number_lacks(question: Question, answer: Any) -> str:
    number = number_in(answer)
    if number is None:
        return "write a number, such as 2"
    if question.get("whole") and not isinstance(number, int):
        return "write a whole number"
    least, most = question["min"], question["max"]
    return "" if least <= number <= most else f"write a number from {least:g} to {most:,g}"


def _scale(question: Question, answer: Any) -> int:
    step = int(answer) if isinstance(answer, str) and answer.isdecimal() and len(answer) < 3 else answer
    if isinstance(step, bool) or not isinstance(step, int) or not 1 <= step <= len(question["steps"]):
        raise ValueError("That is no step of this scale.")
    return step


def _pair(question: Question, answer: Any) -> dict[str, int] | None:
    if not isinstance(answer, Mapping) or not answer.keys() <= set(SIDES):
        raise ValueError("That is no answer to this question.")
    kept = {side: _scale(question, answer[side]) for side in SIDES if answer.get(side) not in (None, "")}
    return kept or None


def _yesno(question: Question, answer: Any) -> str:
    if answer not in YES_OR_NO:
        raise ValueError("That is neither yes nor no.")
    return str(answer)


def _choice(question: Question, answer: Any) -> str:
    if not isinstance(answer, str) or answer not in {option["code"] for option in question["options"]}:
        raise ValueError("That is no option of this question.")
    return answer


def _multi(question: Question, answer: Any) -> list[str]:
    if not isinstance(answer, list) or not all(isinstance(each, str) for each in answer):
        raise ValueError("That is no answer to this question.")
    codes = [option["code"] for option in question["options"]]
    if not set(answer) <= set(codes):
        raise ValueError("That is no option of this question.")
    return [code for code in codes if code in answer]


def _typed(question: Question, answer: Any) -> str:
    if isinstance(answer, int | float) and not isinstance(answer, bool):
        answer = str(answer)
    if not isinstance(answer, str):
        raise ValueError("That is no answer to this question.")
    text = answer.replace("\r\n", "\n").replace("\r", "\n")
    if len(text) > TYPED_CAP:
        raise ValueError(TOO_MUCH)
    if not bodies.is_storable(text):
        raise ValueError("The text has a character that cannot be stored. Delete unusual symbols in it.")
    return text


_KEEP: dict[str, Callable[[Question, Any], Any]] = {
    "scale": _scale,
    "pair": _pair,
    "yesno": _yesno,
    "choice": _choice,
    "multi": _multi,
    "text": _typed,
    "textarea": _typed,
    "number": _typed,
}
