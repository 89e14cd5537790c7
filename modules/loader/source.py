"""One file of a course folder as its parser sees it, and the mistakes found in it. Nothing here raises for an author's mistake: all are collected."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

MISSING: Any = object()


@dataclass(frozen=True, order=True)
class Problem:
    """A mistake, where it is, and what was expected. `line` counts from 1; 0 means the file as a whole."""

    path: str
    line: int
    message: str

    def __str__(self) -> str:
        where = f"{self.path}:{self.line}" if self.line else self.path
        return f"{where}: {self.message}"


@dataclass
class Reading:
    """A file being read for one region.

    `head` is its TOML (the whole file, or what stands between +++ lines), `text` the Markdown after it, `line_of` finds a line for a message.
    `course` has what was read before: `lists`, `region`, `state`, `sources`, `parts`, `files`. `to_html` and `to_inline` turn Markdown into HTML
    that is safe to send, with values filled in, citations, figures and links checked.
    """

    path: str
    head: Mapping[str, Any]
    text: str
    raw: str
    course: Any
    problems: list[Problem]
    render: Callable[["Reading", str, int, bool], str]
    fill: Callable[["Reading", str, int], str]
    text_line: int = 1
    _used: set[str] = field(default_factory=set)

    def problem(self, message: str, *, near: str = "", line: int = 0) -> None:
        """Note a mistake at the line that has `near`, or at `line`."""
        self.problems.append(Problem(self.path, line or self.line_of(near), message))

    def line_of(self, near: str) -> int:
        """The first line that has this text; 0 where none has."""
        if not near:
            return 0
        return next((number for number, line in enumerate(self.raw.splitlines(), 1) if near in line), 0)

    def to_html(self, markdown: str, *, line: int = 0) -> str:
        """Blocks of Markdown as HTML."""
        return self.render(self, markdown, line, False)

    def to_inline(self, markdown: str, *, line: int = 0) -> str:
        """One line of Markdown as HTML without a paragraph around it."""
        return self.render(self, markdown, line, True)

    def to_text(self, text: str, *, near: str = "") -> str:
        """Plain text with values filled in, not escaped."""
        return self.fill(self, text, self.line_of(near or text[:40]))

    def get(self, key: str, kind: type, default: Any = MISSING, *, among: tuple[Any, ...] = (), table: Mapping[str, Any] | None = None, where: str = "") -> Any:
        """A value of the head (or of a table in it) if it has the right type, else its default and a problem.

        Text gets its values filled in. `where` names the place for the message, such as "question 3".
        """
        source = self.head if table is None else table
        if table is None:
            self._used.add(key)
        name = f"{where}: {key}" if where else key
        if key not in source:
            if default is MISSING:
                self.problem(f"{name} is missing; expected {_in_words(kind)}.", near=where)
                return kind()
            return default
        value = source[key]
        if kind is float and isinstance(value, int) and not isinstance(value, bool):
            value = float(value)
        if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
            self.problem(f"{name} is {value!r}; expected {_in_words(kind)}.", near=key)
            return kind() if default is MISSING else default
        if among and value not in among:
            self.problem(f"{name} is {value!r}; expected one of {', '.join(map(str, among))}.", near=str(value))
        return self.to_text(value, near=value[:40]) if isinstance(value, str) else value

    def no_more_keys(self, *, known: tuple[str, ...] = ()) -> None:
        """A key that nobody asked for is a mistake: most often a slip of the pen."""
        for key in self.head:
            if key not in self._used and key not in known:
                self.problem(f"“{key}” is not known here.", near=key)


def _in_words(kind: type) -> str:
    return {str: "a text", int: "a whole number", float: "a number", bool: "true or false", list: "a list", dict: "a table"}.get(kind, kind.__name__)
