"""A text of the course as its readers have it: blocks of sentences, taken from the HTML that a page sends."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser

from modules.loader import Composed
from modules.loader.source import Reading

BLOCKS = {"p", "li", "td", "th", "h2", "h3", "h4", "h5", "caption", "figcaption", "blockquote", "pre"}
PROSE = {"p", "li", "blockquote"}
BOXES = {"example", "try", "note"}
UNREAD = {"svg", "sup", "sources", "label"}  # drawings, source marks, the list of sources, the name of a box
VOID = {"br", "hr", "img"}
# Stand for a source mark and for the ends of a fact while a text is cut into sentences.
CITE, FACT, FACT_END = "\ue010", "\ue011", "\ue012"
_SENTENCE = re.compile(rf"\S.*?(?:[.!?…]+[\"'”’)\]]*[{CITE}{FACT_END}]*(?=\s|$)|$)", re.DOTALL)
_ABBREVIATED = re.compile(r"(?:\b(?:[A-Z]|e\.g|i\.e|a\.m|p\.m|Dr|Mr|Mrs|Ms|vs|St|No|Inc|etc|approx|U\.S))\.$")
_MARKS = re.compile(f"[{CITE}{FACT}{FACT_END}]")
_WORD = re.compile(r"[^\W_]+(?:['’.,/-][^\W_]+)*")


@dataclass(frozen=True)
class Sentence:
    words: str
    is_cited: bool
    is_fact: bool


@dataclass
class Block:
    """A paragraph, an item of a list, a cell: its tag, the box it stands in, and its sentences."""

    tag: str
    box: str
    marked: str = ""

    @property
    def words(self) -> str:
        return " ".join(_MARKS.sub("", self.marked).split())

    @property
    def is_sourced(self) -> bool:
        return CITE in self.marked or FACT in self.marked

    @property
    def sentences(self) -> list[Sentence]:
        found: list[Sentence] = []
        held, is_fact = "", False
        for match in _SENTENCE.finditer(" ".join(self.marked.split())):
            held = f"{held} {match[0]}".strip()
            if _ABBREVIATED.search(_MARKS.sub("", held)):
                continue
            found.append(Sentence(_MARKS.sub("", held), CITE in held, is_fact or FACT in held))
            is_fact = held.rfind(FACT) > held.rfind(FACT_END) or (is_fact and FACT_END not in held)
            held = ""
        return [*found, Sentence(_MARKS.sub("", held), CITE in held, is_fact)] if held else found


@dataclass(frozen=True)
class Text:
    """One text for people to read: its file, what it is (an item's kind, or resource) and its HTML."""

    reading: Reading
    kind: str
    html: str

    @property
    def blocks(self) -> list[Block]:
        return blocks(self.html)


def texts(course: Composed) -> Iterator[Text]:
    for item in course.items:
        yield Text(item.reading, item.kind, item.body)
    for resource in course.resources:
        yield Text(resource.reading, "resource", resource.body)


def blocks(html: str) -> list[Block]:
    parser = _Parser()
    parser.feed(html)
    parser.close()
    return [block for block in parser.blocks if block.words]


def count(words: str) -> int:
    """Words as a person counts them: "don't", "three-hour" and "2,452" are one each."""
    return len(_WORD.findall(words))


def line_of(reading: Reading, sentence: str) -> int:
    """Where a rendered sentence stands in its file: the line with the longest run of its words, of marks regardless."""
    wanted = _plain(sentence)
    lines = [(number, " ".join(_plain(line))) for number, line in enumerate(reading.raw.split("\n"), 1)]
    for length in (8, 6, 4, 3):
        for start in range(max(len(wanted) - length + 1, 0)):
            run = " ".join(wanted[start : start + length])
            for number, line in lines:
                if number >= reading.text_line and run in line:
                    return number
    return reading.text_line


def _plain(text: str) -> list[str]:
    return re.findall(r"[a-z0-9]+", re.sub(r"\[@[\w-]+\]|\]\([^)]*\)", " ", text).lower())


@dataclass
class _Parser(HTMLParser):
    blocks: list[Block] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[tuple[str, str]] = []  # tag, and what it means here

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        classes = (dict(attrs).get("class") or "").split()
        meaning = next((name for name in classes if name in BOXES | UNREAD or name == "fact"), "")
        meaning = tag if tag in UNREAD else meaning
        if tag == "sup" and "cite" in classes and not self._is_unread():
            self._write(CITE)
        if tag in VOID:
            self._write(" ")
            return
        self.open.append((tag, meaning))
        if meaning == "fact":
            self._write(FACT)
        if tag in BLOCKS and not self._is_unread():
            box = next((name for _, name in reversed(self.open) if name in BOXES), "")
            self.blocks.append(Block(tag, box))

    def handle_endtag(self, tag: str) -> None:
        while self.open:
            was, meaning = self.open.pop()
            if meaning == "fact":
                self._write(FACT_END)
            if was == tag:
                return

    def handle_data(self, data: str) -> None:
        if not self._is_unread():
            self._write(data)

    def _is_unread(self) -> bool:
        return any(meaning in UNREAD for _, meaning in self.open)

    def _write(self, text: str) -> None:
        if self.blocks:
            self.blocks[-1].marked += text
