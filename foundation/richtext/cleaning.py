"""Rich text that people wrote: an allow-list without styles, pictures or tables, bounded in depth and size."""

import html
import re
import unicodedata
from dataclasses import dataclass
from html.parser import HTMLParser

import nh3
from django.utils.safestring import SafeString, mark_safe

LIMIT = 20_000  # characters of text
RAW_LIMIT = 512 * 1024  # characters of HTML before cleaning; a pasted Word document brings twenty times its text
DEPTH = 20
NESTING = 500  # beyond it the parser itself takes minutes

TAGS = {
    "p",
    "br",
    "strong",
    "em",
    "u",
    "s",
    "a",
    "ul",
    "ol",
    "li",
    "blockquote",
    "h3",
    "h4",
    "code",
    "pre",
    "hr",
    "sub",
    "sup",
}
VOID = {"br", "hr"}
BLOCKS = {"p", "br", "ul", "ol", "li", "blockquote", "h3", "h4", "pre", "hr"}
_cleaner = nh3.Cleaner(
    tags=TAGS,
    clean_content_tags={
        "script",
        "style",
        "title",
        "head",
        "xml",
        "svg",
        "math",
        "template",
        "iframe",
        "object",
        "noscript",
    },
    attributes={"a": {"href"}, "*": {"lang"}},
    url_schemes={"http", "https", "mailto"},
    link_rel="noopener nofollow",
    strip_comments=True,
)
_TAGS_OF = {"b": "strong", "i": "em", "h1": "h3", "h2": "h3", "h5": "h4", "h6": "h4", "del": "s", "strike": "s"}
# What makes a new line in a word processor makes a paragraph here, so that words do not run together.
_TAGS_OF |= dict.fromkeys(["div", "section", "article", "figure", "figcaption", "form", "fieldset", "center"], "p")
_TAGS_OF |= dict.fromkeys(
    ["table", "thead", "tbody", "tfoot", "caption", "tr", "dl", "dt", "dd", "address", "details", "summary"], "p"
)
_TAGS_OF |= {"td": "span", "th": "span"}
_ALIASES = re.compile(rf"(?i)<(/?)({'|'.join(_TAGS_OF)})(?=[\s>/])")
_CELL_END = re.compile(r"(?i)</t[dh]\s*>")
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_EMPTY = re.compile(r"<p>(?:\s|&nbsp;|<br>)*</p>")
_HAS_BLOCK = re.compile(r"<(?:p|ul|ol|blockquote|h3|h4|pre|hr)\b")
_DROPPED = [
    "html",
    "head",
    "body",
    "meta",
    "title",
    "link",
    "base",
    "script",
    "style",
    "template",
    "noscript",
    "span",
    "font",
]
_DROPPED += [
    "img",
    "svg",
    "math",
    "iframe",
    "object",
    "embed",
    "video",
    "audio",
    "input",
    "button",
    "textarea",
]
_KNOWN = "|".join(sorted({*TAGS, *_TAGS_OF, *_DROPPED}))
_ATTRIBUTES = r"""(?:\s+[\w:.-]+\s*=\s*(?:"[^"]*"|'[^']*'|[^\s"'<>]+))*"""
_IS_HTML = re.compile(rf"(?i)</(?:{_KNOWN})\s*>|<(?:{_KNOWN}){_ATTRIBUTES}\s*/?>|<!--")
_OPENING = re.compile(r"<(/?)([a-zA-Z][\w:]*)")
_ANY_TAG = re.compile(r"<[^<>]*>")
_CLOSE_THEMSELVES = {
    "p",
    "li",
    "td",
    "th",
    "tr",
    "dt",
    "dd",
    "option",
    "br",
    "hr",
    "img",
    "meta",
    "link",
    "input",
    "col",
}


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
    """HTML that may stand on any page, mail or PDF. What is not on the list goes, its text stays; scripts go whole."""
    if _nests_beyond_reason(markup):
        markup = _ANY_TAG.sub(" ", markup)
    spaced = _CELL_END.sub(" </span>", _CONTROLS.sub("", markup))
    renamed = _ALIASES.sub(lambda m: f"<{m[1]}{_TAGS_OF[m[2].lower()]}", spaced)
    flat = _EMPTY.sub("", "".join(_flatten(_cleaner.clean(renamed)).out)).strip()
    return flat if not flat or _HAS_BLOCK.search(flat) else _EMPTY.sub("", f"<p>{flat}</p>")


def _nests_beyond_reason(markup: str) -> bool:
    depth = 0
    for match in _OPENING.finditer(markup):
        if match[2].lower() not in _CLOSE_THEMSELVES:
            depth = max(0, depth - 1) if match[1] else depth + 1
        if depth > NESTING:
            return True
    return False


def paragraphs(text: str) -> str:
    """Plain text as HTML: an empty line begins a paragraph, a single line end stays one. `a < b` means what it says."""
    text = _CONTROLS.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
    parts = [part.strip() for part in re.split(r"\n\s*\n", text) if part.strip()]
    return "".join("<p>" + html.escape(part, quote=False).replace("\n", "<br>") + "</p>" for part in parts)


def is_html(value: str) -> bool:
    """Whether this has tags, from the editor or pasted; text typed into the plain box has none, even with `<` in it."""
    return _IS_HTML.search(value) is not None


def text_of(markup: str) -> str:
    """The words of sanitised HTML, a line for each block."""
    text = html.unescape("".join(_flatten(markup).text)).replace("\xa0", " ")
    return re.sub(r"\s*\n\s*", "\n", text).strip()


def count_words(text: str) -> int:
    """Words as a person counts them: runs of characters between spaces that hold a letter or a digit."""
    return sum(1 for word in text.split() if any(c.isalnum() for c in word))


@dataclass(frozen=True)
class RichText:
    """What a person wrote, ready to be kept: sanitised HTML, its text, and how many words that is."""

    html: str
    text: str
    words: int

    @property
    def is_blank(self) -> bool:
        """Nothing that can be seen: spaces and invisible characters do not make a post."""
        return not any(unicodedata.category(c)[0] in "LNPS" for c in self.text)


def read(value: str) -> RichText:
    """What came from a form, from the editor or from the plain box without JavaScript."""
    markup = clean(value) if is_html(value) else paragraphs(value)
    text = text_of(markup)
    return RichText(markup, text, count_words(text))


def trusted(markup: str) -> SafeString:
    """Marks HTML as fit for a template: what came out of `clean`, or our own. Nothing else calls mark_safe."""
    return mark_safe(markup)
