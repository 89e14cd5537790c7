"""What stands inside a line of Markdown: facts with their sources, citations, links; each checked, with its place."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from html import escape

from markdown_it.token import Token

from modules.loader import values
from modules.loader.source import Reading

MONTH = re.compile(r"(\d{4})-(0[1-9]|1[0-2])")
MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
_MARK = re.compile(r"\[@([A-Za-z0-9-]+)\]")


@dataclass
class Page:
    """What one call knows while it renders: where it is in the file, and what it met."""

    reading: Reading
    line: int
    lines: list[str]
    number: int
    is_inline: bool
    level: int = 1
    cited: dict[str, list[str]] = field(default_factory=dict)
    anchors: list[str] = field(default_factory=list)
    held: list[str] = field(default_factory=list)
    pointers: list[tuple[str, int]] = field(default_factory=list)

    def problem(self, message: str, token: Token | None = None, near: str = "") -> None:
        """A mistake at the line of a block of Markdown, or at the line in it that has `near`."""
        first, last = token.map if token is not None and token.map else (0, len(self.lines))
        at = next((n for n in range(first, min(last, len(self.lines))) if near and near in self.lines[n]), first)
        self.reading.problem(message, line=self.line + at)

    def hold(self, markup: str) -> str:
        """Keeps checked SVG away from the allow-list for HTML; a mark stands in its place."""
        self.held.append(markup)
        return f"\ue000{len(self.held) - 1}\ue001"


def walk(page: Page, inline: Token, block: Token) -> None:
    out: list[Token] = []
    spans: list[Token] = []
    for child in inline.children or []:
        if child.type == "html_inline":
            page.problem("Raw HTML is refused; expected Markdown.", block, child.content)
            continue
        if child.type == "image":
            page.problem(
                "A picture stands in a paragraph of its own; expected an empty line before and after it.", block, "!["
            )
            continue
        if child.type == "link_open":
            _link(page, child, block)
        elif child.type == "code_inline":
            child.content = values.filled(page.reading.course.values, child.content)
        elif child.type == "cite":
            child = raw(_cite(page, _MARK.findall(child.content), block))
        elif child.type == "known_fact":
            child = raw(_known_fact(page, child.content, block))
        elif child.type == "span_open":
            if spans:
                page.problem("A fact stands in another one; expected one after the other.", block, "{.fact")
            spans.append(_fact(page, child, block))
        elif child.type == "span_close":
            out.append(raw(spans.pop().content))
        out.append(child)
    inline.children = out


def _fact(page: Page, span: Token, block: Token) -> Token:
    """Checks the marks of a fact and dresses its span. Gives what stands before its end: the number of its source."""
    given = {name: str(value) for name, value in span.attrs.items()}
    if given.pop("class", "") != "fact":
        page.problem('Only facts are marked so; expected [Sentence.]{.fact source="S1" dated="2026-01"}.', block, "]{")
        return Token("raw", "", 0)
    source, dated, expires = (given.pop(name, "") for name in ("source", "dated", "expires"))
    for name in (*given, *span.meta.get("insecure_attrs", ())):
        page.problem(f"“{name}” is not known in a fact; expected source, dated, expires.", block, name)
    if not MONTH.fullmatch(dated):
        page.problem(f'The fact is dated “{dated}”; expected a month such as dated="2026-01".', block, "{.fact")
    if expires and not MONTH.fullmatch(expires):
        page.problem(f'The fact expires “{expires}”; expected a month such as expires="2028-01".', block, expires)
    span.attrs = {"class": "fact", "data-dated": dated}
    if expires:
        span.attrs["data-expires"] = expires
    if not source:
        page.problem('The fact has no source; expected source="S1".', block, "{.fact")
        return Token("raw", "", 0)
    return raw(_cite(page, [source], block, dated))


def _known_fact(page: Page, name: str, block: Token) -> str:
    """A fact of the region, put in by its name: it brings its own source and dates."""
    known = page.reading.course.values
    fact = values.entry(known, name)
    expires = f' data-expires="{escape(str(fact["expires"]))}"' if fact.get("expires") else ""
    dated = str(fact.get("dated", ""))
    cite = _cite(page, [str(fact["source"])], block, dated)
    words = escape(values.find(known, name) or "")
    return f'<span class="fact" data-dated="{escape(dated)}"{expires}>{words}{cite}</span>'


def _cite(page: Page, marks: list[str], block: Token, dated: str = "") -> str:
    known = [mark for mark in marks if mark in page.reading.course.sources]
    for mark in marks:
        if mark not in known:
            page.problem(f"There is no source “{mark}”; expected a mark of sources.toml.", block, mark)
    if page.is_inline:
        if not dated:
            page.problem(
                "A source cannot be cited here; expected the citation in a longer text.", block, f"[@{marks[0]}]"
            )
        return ""
    links = []
    for mark in known:
        dates = page.cited.setdefault(mark, [])
        if dated and dated not in dates:
            dates.append(dated)
        number = list(page.cited).index(mark) + 1
        links.append(f'<a href="#{_source_id(page, number)}" aria-label="Source {number}">{number}</a>')
    return f'<sup class="cite">{", ".join(links)}</sup>' if links else ""


def _source_id(page: Page, number: int) -> str:
    return f"source-{number}" if page.number == 1 else f"source-{page.number}-{number}"


def sources(page: Page) -> str:
    """The list at the end of a text that cites something."""
    if not page.cited:
        return ""
    entries = []
    for number, (mark, dates) in enumerate(page.cited.items(), 1):
        source = page.reading.course.sources[mark]
        words = escape(source["text"])
        words = f'<a href="{escape(source["url"])}">{words}</a>' if source["url"] else words
        notes = [f"Read in {month_in_words(source['read'])}."] if source["read"] else []
        notes += [f"The fact is of {month_in_words(date)}." for date in dates]
        entries.append(f'<li id="{_source_id(page, number)}">{words}. {" ".join(notes)}</li>')
    return f'<section class="sources"><h2>Sources</h2><ol>{"".join(entries)}</ol></section>\n'


def month_in_words(month: str) -> str:
    """2026-10 → October 2026; what is no month stays as it is."""
    match = MONTH.fullmatch(month)
    return f"{MONTHS[int(match[2]) - 1]} {match[1]}" if match else month


def _link(page: Page, token: Token, block: Token) -> None:
    target = str(token.attrs.get("href", ""))
    scheme, _, rest = target.partition(":")
    resolve = _LINKS.get(scheme)
    if target.startswith("#"):
        page.pointers.append((target[1:], page.line + (block.map[0] if block.map else 0)))
        if page.number > 1:
            token.attrSet("href", f"{target}-{page.number}")
    elif resolve and ":" in target:
        token.attrSet("href", resolve(page, rest, block))
    elif scheme not in ("http", "https", "mailto") or not rest.strip("/"):
        page.problem(
            f"The link leads to “{target[:60]}”; "
            "expected page:, resource:, exemplar:, plan:, https:, mailto: or #heading.",
            block,
            "](",
        )
        token.attrSet("href", "#")


def _page_link(page: Page, rest: str, block: Token) -> str:
    course, place = page.reading.course, page.reading.notes.get("place")
    if place != "item":
        page.problem(
            "A page of a cohort cannot be linked from here; expected resource: or an address.", block, f"page:{rest}"
        )
    elif rest not in course.addresses:
        page.problem(f"There is no page “{rest}”; expected module/item.", block, f"page:{rest}")
    return f"../../{rest.strip('/')}/"


def _plan_link(page: Page, rest: str, block: Token) -> str:
    if rest or page.reading.notes.get("place") != "item":
        page.problem("The plan cannot be linked so; expected [text](plan:), on a page of a module.", block, "plan:")
    return "../../plan/"


def _resource_link(page: Page, rest: str, block: Token) -> str:
    if rest not in page.reading.course.resource_slugs:
        page.problem(
            f"There is no resource “{rest}”; expected the name of a file in toolbox/.", block, f"resource:{rest}"
        )
    return f"/toolbox/{rest}/"


def _exemplar_link(page: Page, rest: str, block: Token) -> str:
    course = page.reading.course
    if rest not in {exemplar["slug"] for exemplar in course.parts.get("exemplars", ())}:
        page.problem(
            f"There is no exemplar “{rest}”; expected the name of a file in exemplars/.", block, f"exemplar:{rest}"
        )
    return f"/gallery/exemplars/{rest}/?region={course.slug}"


_LINKS: dict[str, Callable[[Page, str, Token], str]] = {
    "exemplar": _exemplar_link,
    "page": _page_link,
    "plan": _plan_link,
    "resource": _resource_link,
}


def raw(markup: str) -> Token:
    return Token("raw", "", 0, content=markup)
