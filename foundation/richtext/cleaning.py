"""Rich text that people wrote: an allow-list, no styles, no pictures, no tables that could stop the renderer, bounded in depth and size."""

import html
import re
from html.parser import HTMLParser

import nh3

LIMIT = 20_000  # characters of text
DEPTH = 20

TAGS = {"p", "br", "strong", "em", "u", "s", "a", "ul", "ol", "li", "blockquote", "h3", "h4", "code", "pre", "hr", "sub", "sup"}
VOID = {"br", "hr"}
BLOCKS = {"p", "br", "ul", "ol", "li", "blockquote", "h3", "h4", "pre", "hr"}
_cleaner = nh3.Cleaner(
    tags=TAGS,
    clean_content_tags={"script", "style", "title", "head", "xml", "svg", "math", "template", "iframe", "object", "noscript"},
    attributes={"a": {"href"}},
    url_schemes={"http", "https", "mailto"},
    link_rel="noopener nofollow",
    strip_comments=True,
)
_ALIASES = re.compile(r"(?i)<(/?)(b|i|h1|h2|h5|h6|del|strike)(?=[\s>/])")
_TAGS_OF = {"b": "strong", "i": "em", "h1": "h3", "h2": "h3", "h5": "h4", "h6": "h4", "del": "s", "strike": "s"}


class _Flattener(HTMLParser):
    """Writes sanitised HTML again without what nests deeper than DEPTH, and reads its text."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=False)
        self.out: list[str] = []
        self.text: list[str] = []
        self.open: list[tuple[str, bool]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        kept = len(self.open) < DEPTH or tag in VOID
        if kept:
            self.out.append(self.get_starttag_text() or "")
        if tag not in VOID:
            self.open.append((tag, kept))
        if tag in BLOCKS:
            self.text.append("\n")

    def handle_endtag(self, tag: str) -> None:
        if not self.open:
            return
        opened, kept = self.open.pop()
        if kept:
            self.out.append(f"</{opened}>")
        if opened in BLOCKS:
            self.text.append("\n")

    def handle_data(self, data: str) -> None:
        self.out.append(data)
        self.text.append(data)

    def handle_entityref(self, name: str) -> None:
        self.handle_data(f"&{name};")

    def handle_charref(self, name: str) -> None:
        self.handle_data(f"&#{name};")


def _flatten(markup: str) -> _Flattener:
    flattener = _Flattener()
    flattener.feed(markup)
    flattener.close()
    return flattener


def clean(markup: str) -> str:
    """HTML that may stand on any page, mail or PDF. What is not on the list is left out; its text stays, scripts and styles go whole."""
    renamed = _ALIASES.sub(lambda m: f"<{m[1]}{_TAGS_OF[m[2].lower()]}", markup)
    return "".join(_flatten(_cleaner.clean(renamed)).out).strip()


def text_of(markup: str) -> str:
    """The words of sanitised HTML, a line for each block."""
    text = html.unescape("".join(_flatten(markup).text)).replace("\xa0", " ")
    return re.sub(r"\s*\n\s*", "\n", text).strip()


def count_words(text: str) -> int:
    """Words as a person counts them: runs of characters between spaces that hold a letter or a digit."""
    return sum(1 for word in text.split() if any(c.isalnum() for c in word))
