"""Markdown of course files as HTML that may be sent as it is: all is checked on the way, an allow-list at the end."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from html import escape
from typing import Any

import nh3
from django.utils.text import slugify
from markdown_it import MarkdownIt
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token
from mdit_py_plugins.attrs import attrs_plugin
from mdit_py_plugins.container import container_plugin

from modules.loader import values
from modules.loader.source import Reading

BOXES = {"example": "Example", "try": "Try it", "note": ""}
LINES_LIMIT = 40
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
_CITE = re.compile(r"(?:\[@[A-Za-z0-9-]+\])+")
_MARK = re.compile(r"\[@([A-Za-z0-9-]+)\]")
_HELD = re.compile("\ue000(\\d+)\ue001")
_cleaner = nh3.Cleaner(
    tags={
        "p", "br", "strong", "em", "a", "ul", "ol", "li", "blockquote", "h2", "h3", "h4", "h5", "code", "pre", "hr",
        "sub", "sup", "span", "div", "table", "caption", "thead", "tbody", "tr", "th", "td", "section", "aside",
        "figure", "figcaption", "img",
    },
    attributes={
        "*": {"class", "id"}, "a": {"href", "aria-label"}, "ol": {"start"}, "th": {"scope"}, "figure": {"role"},
        "div": {"role", "tabindex", "aria-label"}, "img": {"src", "alt", "width", "height", "loading"},
        "span": {"aria-hidden"},
    },
    generic_attribute_prefixes={"data-"},
    url_schemes={"http", "https", "mailto"},
    link_rel=None,
)  # fmt: skip


@dataclass
class _Page:
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


def render(reading: Reading, text: str, line: int, inline: bool) -> str:
    """The `render` of a `Reading`: Markdown as safe HTML. What is wrong is noted at the reading."""
    number = reading.notes["calls"] = reading.notes.get("calls", 0) + 1
    page = _Page(reading, line or 1, text.split("\n"), number, inline)
    env = {"page": page}
    if inline:
        tokens = _engine.parseInline(text.strip(), env)
        _walk_inline(page, tokens[0], tokens[0])
        html = _engine.renderer.render(tokens, _engine.options, env)
    else:
        html = _engine.renderer.render(_mended(page, _engine.parse(text, env)), _engine.options, env)
        html += _sources(page)
    for anchor, at in page.pointers:
        if anchor not in page.anchors:
            reading.problem(f"“#{anchor}” leads nowhere; expected the name of a heading on this page.", line=at)
    return _HELD.sub(lambda mark: page.held[int(mark[1])], _cleaner.clean(html)).strip()


# Rules of the parser


def _value_rule(state: StateInline, silent: bool) -> bool:
    """{{ name }} becomes plain text: nothing in a value is Markdown or HTML."""
    token = values.TOKEN.match(state.src, state.pos) if state.src.startswith("{{", state.pos) else None
    if token is None:
        return False
    if not silent:
        known = state.env["page"].reading.course.values
        if values.entry(known, token[1]).get("source"):
            state.push("known_fact", "", 0).content = token[1]
        else:
            state.pending += values.find(known, token[1]) or ""
    state.pos = token.end()
    return True


def _cite_rule(state: StateInline, silent: bool) -> bool:
    cite = _CITE.match(state.src, state.pos) if state.src.startswith("[@", state.pos) else None
    if cite is None:
        return False
    if not silent:
        state.push("cite", "", 0).content = cite[0]
    state.pos = cite.end()
    return True


def _open_box(renderer: Any, tokens: Sequence[Token], index: int, options: Any, env: Any) -> str:
    token = tokens[index]
    name = token.type.split("_")[1]
    if token.nesting == -1:
        return {"note": "</aside>\n", "lines": "</div></div>\n"}.get(name, "</section>\n")
    return str(token.meta["markup"])


def _raw(renderer: Any, tokens: Sequence[Token], index: int, options: Any, env: Any) -> str:
    return tokens[index].content


def _make_engine() -> MarkdownIt:
    engine = MarkdownIt("commonmark", {"html": True, "typographer": True}).enable(["table", "smartquotes"])
    engine.validateLink = lambda url: True  # type: ignore[method-assign]  # each link is judged in `_link`, with a message
    engine.inline.ruler.before("link", "value", _value_rule)
    engine.inline.ruler.before("link", "cite", _cite_rule)
    attrs_plugin(engine, after=("span_close",), spans=True)
    for name in (*BOXES, "lines"):
        container_plugin(engine, name, render=_open_box)
    engine.add_render_rule("raw", _raw)
    return engine


_engine = _make_engine()


# From the author's blocks to ours


def _mended(page: _Page, tokens: list[Token]) -> list[Token]:
    out: list[Token] = []
    index = 0
    while index < len(tokens):
        token = tokens[index]
        if token.type == "html_block":
            page.problem("Raw HTML is refused; expected Markdown.", token)
        elif token.type == "heading_open":
            _heading(page, token, tokens[index + 1])
            out.append(token)
        elif token.type == "table_open":
            end = next(n for n in range(index, len(tokens)) if tokens[n].type == "table_close")
            after = tokens[end + 1 : end + 4]
            is_caption = len(after) == 3 and after[0].type == "paragraph_open" and after[1].content.startswith("Table:")
            out += _table(page, tokens[index : end + 1], after[1] if is_caption else None)
            index = end + 3 if is_caption else end
        elif token.type == "paragraph_open" and _is_figure(tokens[index + 1]):
            out.append(_raw_token(_figure(page, tokens[index + 1])))
            index += 2
        elif token.type.startswith("container_") and token.nesting == 1:
            _box(page, token)
            if token.type == "container_lines_open":
                _keep_together(out)
            out.append(token)
        elif token.type == "bullet_list_open":
            _tasks(tokens, index)
            out.append(token)
        else:
            if token.type in ("fence", "code_block"):
                token.content = values.filled(page.reading.course.values, token.content)
            elif token.type == "inline":
                if token.content.startswith(":::"):
                    page.problem(
                        f"“{token.content.splitlines()[0][:40]}” is no box; expected ::: example, try, note or lines.",
                        token,
                    )
                _walk_inline(page, token, token)
            out.append(token)
        index += 1
    return out


def _heading(page: _Page, token: Token, inline: Token) -> None:
    level = int(token.tag[1])
    if level == 1:
        page.problem("A heading of level 1 is the page's title; expected ## or deeper.", token)
    elif level > page.level + 1:
        page.problem(f"The heading skips a level; expected {'#' * (page.level + 1)}.", token)
    page.level = max(level, 2)
    words = "".join(child.content for child in inline.children or [] if child.type in ("text", "code_inline"))
    anchor = base = slugify(words) or "part"
    while anchor in page.anchors:
        anchor = f"{base}-{page.anchors.count(anchor) + sum(a.startswith(base) for a in page.anchors) + 1}"
    page.anchors.append(anchor)
    token.attrSet("id", anchor if page.number == 1 else f"{anchor}-{page.number}")


def _box(page: _Page, token: Token) -> None:
    _, name, _ = token.type.split("_", 2)
    title = token.info.strip().removeprefix(name).strip()
    end = token.map[1] if token.map else 0
    if end >= len(page.lines) or not page.lines[end].strip().startswith(":::"):
        page.problem(f"“::: {name}” is not closed; expected a line of ::: after it.", token)
    if name == "lines":
        count = int(title) if title.isdecimal() and len(title) < 4 else 0
        if not 1 <= count <= LINES_LIMIT:
            page.problem(f"“::: lines {title}” is wrong; expected a number from 1 to {LINES_LIMIT}.", token)
        token.meta["markup"] = '<div class="lines">' + '<div class="line"></div>' * min(count, LINES_LIMIT)
        return
    if not title:
        page.problem(f"“::: {name}” has no title; expected ::: {name} A few words.", token)
    inner = _inline(page, title, token)
    if name == "note":
        token.meta["markup"] = f'<aside class="note margin"><p class="note-title"><strong>{inner}</strong></p>\n'
    else:
        tag = "h3" if page.level > 1 else "h2"
        label = f'<p class="{name}-label label">{BOXES[name]}</p>'
        token.meta["markup"] = f'<section class="{name}">{label}<{tag}>{inner}</{tag}>\n'


def _keep_together(out: list[Token]) -> None:
    """What is asked and the lines to answer on: on paper, both on one page."""
    asks = bool(out) and out[-1].type == "paragraph_close"
    start = next(n for n in reversed(range(len(out))) if out[n].type == "paragraph_open") if asks else len(out)
    out.insert(start, _raw_token('<div class="keep">'))


def _inline(page: _Page, text: str, token: Token) -> str:
    """A title or a caption, inside the page that it belongs to."""
    env = {"page": page}
    tokens = _engine.parseInline(text, env)
    _walk_inline(page, tokens[0], token)
    return str(_engine.renderer.render(tokens, _engine.options, env))


def _tasks(tokens: list[Token], index: int) -> None:
    """`- [ ] item` gets a box to tick by hand."""
    depth = tokens[index].level
    for n in range(index + 1, len(tokens)):
        if tokens[n].type == "bullet_list_close" and tokens[n].level == depth:
            return
        inline = tokens[n + 2] if n + 2 < len(tokens) else None
        if (
            tokens[n].type == "list_item_open"
            and tokens[n].level == depth + 1
            and inline is not None
            and inline.type == "inline"
        ):
            first = (inline.children or [Token("text", "", 0)])[0]
            if first.type == "text" and first.content.startswith("[ ] "):
                first.content = first.content[4:]
                inline.children = [_raw_token('<span class="box" aria-hidden="true"></span>'), *(inline.children or [])]
                tokens[index].attrSet("class", "task-list")


def _table(page: _Page, tokens: list[Token], after: Token | None) -> list[Token]:
    """A table that scrolls by itself, with scopes for its heads and its caption inside."""
    caption = after
    rows = [n for n, token in enumerate(tokens) if token.type == "tr_open"]
    last = [token for token in tokens[rows[-1] :] if token.type == "inline"]
    if (
        caption is None
        and len(rows) > 1
        and last[0].content.startswith("Table:")
        and not any(cell.content for cell in last[1:])
    ):
        # Without an empty line between, Markdown takes the caption for a row.
        caption = last[0]
        end = next(n for n in range(rows[-1], len(tokens)) if tokens[n].type == "tr_close")
        tokens = tokens[: rows[-1]] + tokens[end + 1 :]
    has_row_heads = not tokens[rows[0] + 2].content.strip()
    is_first = False
    for n, token in enumerate(tokens):
        if token.type == "tr_open":
            is_first = True
        elif token.type in ("th_open", "td_open"):
            alignment = str(token.attrs.pop("style", ""))
            if "right" in alignment:
                token.attrSet("class", "num")
            if token.type == "th_open" and tokens[n + 1].content.strip():
                token.attrSet("scope", "col")
            elif token.type == "th_open" or (is_first and has_row_heads):
                token.tag = tokens[n + 2].tag = "td" if token.type == "th_open" else "th"
                if token.tag == "th":
                    token.attrSet("scope", "row")
            is_first = False
        elif token.type == "inline":
            token.map = token.map or tokens[0].map
            _walk_inline(page, token, token)
    words = caption.content.removeprefix("Table:").strip() if caption else ""
    name = escape(values.filled(page.reading.course.values, words) or "Table")
    opening = [_raw_token(f'<div class="table-scroll" role="region" tabindex="0" aria-label="{name}">'), tokens[0]]
    if caption:
        opening.append(_raw_token(f"<caption>{_inline(page, words, caption)}</caption>"))
    return [*opening, *tokens[1:], _raw_token("</div>\n")]


def _is_figure(inline: Token) -> bool:
    return inline.type == "inline" and [child.type for child in inline.children or []] == ["image"]


def _figure(page: _Page, inline: Token) -> str:
    image = (inline.children or [])[0]
    alt = "".join(child.content or " " for child in image.children or [] if not child.nesting).strip()
    kind, _, name = str(image.attrs["src"]).partition(":")
    caption = str(image.attrs.get("title", ""))
    if not alt:
        page.problem("The alternative text is missing; expected what a person who cannot see it needs to know.", inline)
    course = page.reading.course
    if kind == "figure":
        figure = course.figure(name)
        if figure is None:
            page.problem(f"There is no figures/{name}.svg.", inline)
            return ""
        prefix = f"{slugify(page.reading.path.rpartition('/')[2].partition('.')[0])}-f{page.number}{len(page.held)}-"
        shown = page.hold(figure.inline(prefix, alt))
    elif kind == "image":
        picture = course.picture(name)
        if picture is None:
            page.problem(f"There is no images/{name}.", inline)
            return ""
        size = f'width="{picture.width}" height="{picture.height}"'
        shown = f'<img src="/course/pictures/{picture.name}" alt="{escape(alt)}" {size} loading="lazy">'
    else:
        page.problem(
            f"“{image.attrs['src']}” is no picture of the course; expected figure:name or image:name.png.", inline
        )
        return ""
    words = f"<figcaption>{_inline(page, caption, inline)}</figcaption>" if caption else ""
    return f'<figure role="group">{shown}{words}</figure>\n'


# From the author's words to ours


def _walk_inline(page: _Page, inline: Token, block: Token) -> None:
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
            child = _raw_token(_cite(page, _MARK.findall(child.content), block))
        elif child.type == "known_fact":
            child = _raw_token(_known_fact(page, child.content, block))
        elif child.type == "span_open":
            if spans:
                page.problem("A fact stands in another one; expected one after the other.", block, "{.fact")
            spans.append(_fact(page, child, block))
        elif child.type == "span_close":
            out.append(_raw_token(spans.pop().content))
        out.append(child)
    inline.children = out


def _fact(page: _Page, span: Token, block: Token) -> Token:
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
    return _raw_token(_cite(page, [source], block, dated))


def _known_fact(page: _Page, name: str, block: Token) -> str:
    """A fact of the region, put in by its name: it brings its own source and dates."""
    known = page.reading.course.values
    fact = values.entry(known, name)
    expires = f' data-expires="{escape(str(fact["expires"]))}"' if fact.get("expires") else ""
    dated = str(fact.get("dated", ""))
    cite = _cite(page, [str(fact["source"])], block, dated)
    words = escape(values.find(known, name) or "")
    return f'<span class="fact" data-dated="{escape(dated)}"{expires}>{words}{cite}</span>'


def _cite(page: _Page, marks: list[str], block: Token, dated: str = "") -> str:
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


def _source_id(page: _Page, number: int) -> str:
    return f"source-{number}" if page.number == 1 else f"source-{page.number}-{number}"


def _sources(page: _Page) -> str:
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


def _link(page: _Page, token: Token, block: Token) -> None:
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
            f"The link leads to “{target[:60]}”; expected page:, resource:, plan:, https:, mailto: or #heading.",
            block,
            "](",
        )
        token.attrSet("href", "#")


def _page_link(page: _Page, rest: str, block: Token) -> str:
    course, place = page.reading.course, page.reading.notes.get("place")
    if place != "item":
        page.problem(
            "A page of a cohort cannot be linked from here; expected resource: or an address.", block, f"page:{rest}"
        )
    elif rest not in course.addresses:
        page.problem(f"There is no page “{rest}”; expected module/item.", block, f"page:{rest}")
    return f"../../{rest.strip('/')}/"


def _plan_link(page: _Page, rest: str, block: Token) -> str:
    if rest or page.reading.notes.get("place") != "item":
        page.problem("The plan cannot be linked so; expected [text](plan:), on a page of a module.", block, "plan:")
    return "../../plan/"


def _resource_link(page: _Page, rest: str, block: Token) -> str:
    if rest not in page.reading.course.resource_slugs:
        page.problem(
            f"There is no resource “{rest}”; expected the name of a file in toolbox/.", block, f"resource:{rest}"
        )
    return f"/toolbox/{rest}/"


_LINKS: dict[str, Callable[[_Page, str, Token], str]] = {
    "page": _page_link,
    "plan": _plan_link,
    "resource": _resource_link,
}


def _raw_token(markup: str) -> Token:
    return Token("raw", "", 0, content=markup)
