"""What may be given as answers: by a form without a script, or as JSON by the script that saves."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.http import QueryDict

from surveys import questions
from surveys.questions import Question

NO_VERSION = -1  # which no response has


class NotAnAnswer(ValueError):
    """Something given is no answer; `question` is its id, empty where it belongs to none."""

    def __init__(self, message: str, question: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.question = question


def from_json(asked: Iterable[Question], given: Any) -> dict[str, Any]:
    """Answers as they are kept, None for those taken back. Raises NotAnAnswer."""
    if not isinstance(given, Mapping):
        raise NotAnAnswer("The answers did not arrive whole.")
    by_id = {question["id"]: question for question in asked}
    answers = {}
    for name, answer in given.items():
        if name not in by_id:
            raise NotAnAnswer("There is no such question in this survey.", name)
        try:
            answers[name] = questions.keep(by_id[name], answer)
        except ValueError as error:
            raise NotAnAnswer(str(error), name) from error
    return answers


def from_form(asked: Iterable[Question], data: QueryDict) -> tuple[dict[str, Any], dict[str, str]]:
    """The same of the form on the page, where every question stands, and what is wrong: question id → words.

    What was typed stays as it was typed.
    """
    answers: dict[str, Any] = {}
    problems: dict[str, str] = {}
    for question in asked:
        name, given = question["id"], _field(question, data)
        try:
            answers[name] = questions.keep(question, given)
        except ValueError as error:
            answers[name] = given if isinstance(given, str) and question["type"] in questions.TYPED else None
            problems[name] = str(error)
    return answers, problems


def version_in(data: Mapping[str, Any]) -> int:
    """The version that the page was made from; NO_VERSION where it is missing or none."""
    version = data.get("version")
    if isinstance(version, str) and version.isdecimal() and len(version) < 10:
        return int(version)
    if isinstance(version, int) and not isinstance(version, bool) and 0 <= version < 10**9:
        return version
    return NO_VERSION


def _field(question: Question, data: QueryDict) -> Any:
    name = f"q-{question['id']}"
    match question["type"]:
        case "multi":
            return data.getlist(name)
        case "pair":
            return {side: data.get(f"{name}-{side}", "") for side in questions.SIDES}
        case _:
            return data.get(name, "")
