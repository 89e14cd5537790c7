"""One file of a course folder as its parser sees it. Nothing here raises for an author's mistake: all are collected."""

import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

MISSING: Any = object()
_AT = re.compile(r"\s*\(at (?:line (\d+), column \d+|end of document)\)$")
_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")


@dataclass(frozen=True, order=True)
class Problem:
    """A mistake, where it is, and what was expected. `line` counts from 1; 0 means the file as a whole."""

    path: str
    line: int
    message: str

    def __str__(self) -> str:
        where = f"{self.path}:{self.line}" if self.line else self.path
        return f"{where}: {self.message}"


@dataclass(frozen=True)
class Source:
    """A file taken apart: `head` is its TOML, `text` the Markdown after it, from `text_line` on."""

    path: str
    raw: str
    head: Mapping[str, Any]
    text: str = ""
    text_line: int = 1


def take_apart(path: str, raw: str, problems: list[Problem]) -> Source | None:
    """The parts of a TOML or Markdown file; None with a problem where its TOML cannot be read."""
    toml, text, first = raw, "", 1
    if path.endswith(".md"):
        lines = raw.split("\n")
        closing = next((number for number, line in enumerate(lines[1:], 1) if line.strip() == "+++"), 0)
        if lines[0].strip() != "+++" or not closing:
            problems.append(
                Problem(path, 1, "The head is missing; expected TOML between two lines of +++ at the top of the file.")
            )
            return None
        toml, text, first = "\n".join(["", *lines[1:closing]]), "\n".join(lines[closing + 1 :]), closing + 2
    try:
        return Source(path, raw, tomllib.loads(toml), text, first)
    except tomllib.TOMLDecodeError as error:
        at = _AT.search(str(error))
        line = int(at[1]) if at and at[1] else toml.count("\n") + 1
        problems.append(
            Problem(
                path, line, f'This is not TOML: {_AT.sub("", str(error))}. Expected lines such as: title = "A title".'
            )
        )
        return None


@dataclass
class Reading:
    """A file being read for one region.

    `head` is its TOML (the whole file, or what stands between +++ lines), `text` the Markdown after it, `line_of` finds
    a line for a message. `course` is the `Composed` course with what was read before: `lists`, `region`, `state`,
    `sources`, `parts`, `options(name)`. `to_html` and `to_inline` turn Markdown into HTML that is safe to send, with
    values filled in, citations, figures and links checked.
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
    notes: dict[str, Any] = field(default_factory=dict, repr=False)
    _used: set[str] = field(default_factory=set)

    def problem(self, message: str, *, near: str = "", line: int = 0) -> None:
        """Note a mistake at the line that has `near`, or at `line`, or else at the top of the file."""
        self.problems.append(Problem(self.path, line or self.line_of(near) or 1, message))

    def line_of(self, near: str) -> int:
        """The first line that sets a key of this name, else the first that has this text; 0 where none has."""
        if not near:
            return 0
        if _BARE_KEY.fullmatch(near):
            key = re.compile(rf"(?:^|[{{,\s\[.])({re.escape(near)})[ \t]*[=\].]", re.MULTILINE)
            found = key.search(self.raw)
            if found:
                return self._line_at(found.start(1))
        return self._line_at(self.raw.find(near.strip().split("\n")[0]))

    def _line_at(self, position: int) -> int:
        """The line of a place in the file; 0 for what was not found."""
        return self.raw.count("\n", 0, position) + 1 if position >= 0 else 0

    def to_html(self, markdown: str, *, line: int = 0) -> str:
        """Blocks of Markdown as HTML. `line` is where the text starts in the file; found by itself where not given."""
        return self.render(self, markdown, line or self._start_of(markdown), False)

    def to_inline(self, markdown: str, *, line: int = 0) -> str:
        """One line of Markdown as HTML without a paragraph around it."""
        return self.render(self, markdown, line or self._start_of(markdown), True)

    def to_text(self, text: str, *, near: str = "") -> str:
        """Plain text with values filled in, not escaped."""
        if "{{" not in text:
            # Nearly all are so, and to look for a line costs more than all else.
            return text
        return self.fill(self, text, self.line_of(near or text[:40]))

    def get(
        self,
        key: str,
        kind: type,
        default: Any = MISSING,
        *,
        among: tuple[Any, ...] = (),
        table: Mapping[str, Any] | None = None,
        where: str = "",
    ) -> Any:
        """A value of the head (or of a table in it) if it has the right type, else its default and a problem.

        Text gets its values filled in. `where` names the place for the message, such as "question 3".
        """
        source = self.head if table is None else table
        if table is None:
            self._used.add(key)
        name = f"{where}: {key}" if where else key
        if key not in source:
            if default is MISSING:
                self.problem(f"{name} is missing; expected {in_words(kind)}.", line=self.line_of_table(table))
                return kind()
            return default
        value = source[key]
        if kind is float and isinstance(value, int) and not isinstance(value, bool):
            value = float(value)
        if not isinstance(value, kind) or (kind in (int, float) and isinstance(value, bool)):
            self.problem(
                f"{name} is {short(value)}; expected {in_words(kind)}.", line=self._line_of_value(key, value, table)
            )
            return kind() if default is MISSING else default
        if among and value not in among:
            line = self._line_of_value(key, value, table)
            self.problem(f"{name} is {short(value)}; expected one of {', '.join(map(str, among))}.", line=line)
        return self.to_text(value, near=value[:40]) if isinstance(value, str) else value

    def no_more_keys(self, *, known: tuple[str, ...] = ()) -> None:
        """A key that nobody asked for is a mistake: most often a slip of the pen."""
        for key in self.head:
            if key not in self._used and key not in known:
                self.problem(f"“{key}” is not known here.", near=key)

    def line_of_table(self, table: Mapping[str, Any] | None) -> int:
        """Where a table inside the head stands, by the first of its texts that is found."""
        texts = [value for value in (table or {}).values() if isinstance(value, str) and value.strip()]
        for name in ("id", "key", "code", "slug", "letter"):
            if table and isinstance(table.get(name), str):
                return self._line_of_value(name, table[name], None)
        return next((line for line in map(self.line_of, texts) if line), 0)

    def _line_of_value(self, key: str, value: Any, table: Mapping[str, Any] | None) -> int:
        if isinstance(value, str | int | float | bool):
            written = re.escape(str(value).lower() if isinstance(value, bool) else str(value).split("\n")[0])
            found = re.search(rf"{re.escape(key)}[ \t]*=[ \t]*[\"']*{written}", self.raw)
            if found:
                return self._line_at(found.start())
        return self.line_of_table(table) or self.line_of(key)

    def _start_of(self, markdown: str) -> int:
        if markdown == self.text:
            return self.text_line
        first = next((line for line in markdown.split("\n") if line.strip()), "")
        return self.line_of(first) or self.line_of(first[:40]) or 1


def in_words(kind: type) -> str:
    return {
        str: "a text",
        int: "a whole number",
        float: "a number",
        bool: "true or false",
        list: "a list",
        dict: "a table",
    }.get(kind, kind.__name__)


def short(value: Any) -> str:
    """A value as a message quotes it."""
    words = repr(value) if isinstance(value, str) else str(value)
    return words if len(words) <= 60 else f"{words[:57]}…"
