"""Markdown of course files as HTML that may be sent as it is: all is checked on the way, an allow-list at the end."""

import re
from collections.abc import Sequence
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
from modules.loader.inline import Page, raw, sources, walk
from modules.loader.source import Reading

BOXES = {"example": "Example", "try": "Try it", "note": ""}
LINES_LIMIT = 40
_CITE = re.compile(r"(?:\[@[A-Za-z0-9-]+\])+")
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


def render(reading: Reading, text: str, line: int, inline: bool) -> str:
    """The `render` of a `Reading`: Markdown as safe HTML. What is wrong is noted at the reading."""
    number = reading.notes["calls"] = reading.notes.get("calls", 0) + 1
    page = Page(reading, line or 1, text.split("\n"), number, inline)
    env = {"page": page}
    if inline:
        tokens = _engine.parseInline(text.strip(), env)
        walk(page, tokens[0], tokens[0])
        html = _engine.renderer.render(tokens, _engine.options, env)
    else:
        html = _engine.renderer.render(_mended(page, _engine.parse(text, env)), _engine.options, env)
        html += sources(page)
    for anchor, at in page.pointers:
        if anchor not in page.anchors:
            reading.problem(f"“#{anchor}” leads nowhere; expected the name of a heading on this page.", line=at)
    return _HELD.sub(lambda mark: page.held[int(mark[1])], _cleaner.clean(html)).strip()


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


def _render_raw(renderer: Any, tokens: Sequence[Token], index: int, options: Any, env: Any) -> str:
    return tokens[index].content


def _make_engine() -> MarkdownIt:
    engine = MarkdownIt("commonmark", {"html": True, "typographer": True}).enable(["table", "smartquotes"])
    engine.validateLink = lambda url: True  # type: ignore[method-assign]  # each link is judged in `_link`, with a message
    engine.inline.ruler.before("link", "value", _value_rule)
    engine.inline.ruler.before("link", "cite", _cite_rule)
    attrs_plugin(engine, after=("span_close",), spans=True)
    for name in (*BOXES, "lines"):
        container_plugin(engine, name, render=_open_box)
    engine.add_render_rule("raw", _render_raw)
    return engine


_engine = _make_engine()


def _mended(page: Page, tokens: list[Token]) -> list[Token]:
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
            out.append(raw(_figure(page, tokens[index + 1])))
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
                walk(page, token, token)
            out.append(token)
        index += 1
    return out


def _heading(page: Page, token: Token, inline: Token) -> None:
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


def _box(page: Page, token: Token) -> None:
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
    out.insert(start, raw('<div class="keep">'))


def _inline(page: Page, text: str, token: Token) -> str:
    """A title or a caption, inside the page that it belongs to."""
    env = {"page": page}
    tokens = _engine.parseInline(text, env)
    walk(page, tokens[0], token)
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
                inline.children = [raw('<span class="box" aria-hidden="true"></span>'), *(inline.children or [])]
                tokens[index].attrSet("class", "task-list")


def _table(page: Page, tokens: list[Token], after: Token | None) -> list[Token]:
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
            walk(page, token, token)
    words = caption.content.removeprefix("Table:").strip() if caption else ""
    name = escape(values.filled(page.reading.course.values, words) or "Table")
    opening = [raw(f'<div class="table-scroll" role="region" tabindex="0" aria-label="{name}">'), tokens[0]]
    if caption:
        opening.append(raw(f"<caption>{_inline(page, words, caption)}</caption>"))
    return [*opening, *tokens[1:], raw("</div>\n")]


def _is_figure(inline: Token) -> bool:
    return inline.type == "inline" and [child.type for child in inline.children or []] == ["image"]


def _figure(page: Page, inline: Token) -> str:
    image = (inline.children or [])[0]
    alt = "".join(child.content or " " for child in image.children or [] if not child.nesting).strip()
    kind, _, name = str(image.attrs["src"]).partition(":")
    caption = str(image.attrs.get("title", ""))
    if not alt:
        page.problem("The alternative text is missing; expected what a person who cannot see it needs to know.", inline)
    course = page.reading.course
    if kind == "figure":
        figure = course.figure(name)
        if figure is None and not course.is_refused(f"figures/{name}.svg"):
            page.problem(f"There is no figures/{name}.svg.", inline)
        if figure is None:
            return ""
        prefix = f"{slugify(page.reading.path.rpartition('/')[2].partition('.')[0])}-f{page.number}{len(page.held)}-"
        shown = page.hold(figure.inline(prefix, alt))
    elif kind == "image":
        picture = course.picture(name)
        if picture is None and not course.is_refused(f"images/{name}"):
            page.problem(f"There is no images/{name}.", inline)
        if picture is None:
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
