"""The structure tree of a page as people read it: built from what WeasyPrint tagged, mended, written back."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from xml.etree.ElementTree import Element

# What an HTML element is called in PDF 1.7. What is not here has no meaning of its own: its content moves up.
STRUCTURE = {
    "main": "Part", "article": "Art", "section": "Sect", "blockquote": "BlockQuote",
    "p": "P", "pre": "P", "address": "P",
    "h1": "H1", "h2": "H2", "h3": "H3", "h4": "H4", "h5": "H5", "h6": "H6",
    "ul": "L", "ol": "L", "dl": "L", "li": "LI", "dt": "Lbl", "dd": "LBody", "li::marker": "Lbl",
    "table": "Table", "thead": "THead", "tbody": "TBody", "tfoot": "TFoot", "tr": "TR", "th": "TH", "td": "TD",
    "caption": "Caption", "figcaption": "Caption", "img": "Figure", "{http://www.w3.org/2000/svg}svg": "Figure",
    "a": "Link", "abbr": "Span",
}  # fmt: skip
GROUPING = {"Document", "Part", "Art", "Sect", "BlockQuote"}
INLINE = {"Link", "Span"}


@dataclass(frozen=True)
class Content:
    """A run of text or a picture: a marked-content id on a page."""

    page: int
    mcid: int


@dataclass(frozen=True)
class Annotation:
    """The clickable area of a link, or a form field, on a page."""

    page: int
    reference: bytes


@dataclass(eq=False)
class Node:
    """An element of the structure tree. `kind` is its PDF name, or "" where its content moves up to its parent."""

    kind: str
    element: Element | None = None
    name: str = ""
    is_block: bool = False
    attributes: dict[str, Any] = field(default_factory=dict)
    kids: "list[Node | Content | Annotation]" = field(default_factory=list)

    def nodes(self) -> "Iterator[Node]":
        """The kids that are elements."""
        return (kid for kid in self.kids if isinstance(kid, Node))

    def pages(self) -> Iterator[int]:
        """The pages that its content is on, in reading order."""
        for kid in self.kids:
            yield from kid.pages() if isinstance(kid, Node) else (kid.page,)


Kid = Node | Content | Annotation


def text_of(element: Any) -> str:
    """What a person hears of an HTML element: its text and the alternatives of its pictures."""
    if label := element.get("aria-label"):
        return str(label)
    words = [element.text or "", element.get("alt") or ""]
    for child in element:
        if child.get("aria-hidden") != "true":
            words.append(text_of(child) if isinstance(child.tag, str) else "")
        words.append(child.tail or "")
    return re.sub(r"\s+", " ", " ".join(words)).strip()


def mended(root: Node) -> Node:
    """The whole tree in its final form."""
    _join(root)
    _shape(root)
    return root


def _join(node: Node) -> None:
    """What a page break or a line break cut in pieces becomes one element again."""
    first: dict[tuple[int, str], Node] = {}
    kids: list[Kid] = []
    for kid in node.kids:
        if isinstance(kid, Node) and kid.element is not None:
            key = (id(kid.element), kid.name)
            if key in first:
                first[key].kids.extend(kid.kids)
                continue
            first[key] = kid
        kids.append(kid)
    node.kids = kids
    for child in node.nodes():
        _join(child)


def _shape(node: Node) -> None:
    """From the leaves up: what has no meaning moves up; lists, tables and figures get the parts that PDF/UA asks."""
    kids: list[Kid] = []
    for kid in node.kids:
        if not isinstance(kid, Node):
            kids.append(kid)
            continue
        _shape(kid)
        if not kid.kids and kid.kind not in ("TD", "TH"):
            continue  # an empty cell keeps its column
        if kid.kind:
            kids.append(kid)
        else:
            kids.extend(_in_paragraphs(kid.kids) if kid.is_block and node.kind != "Link" else kid.kids)
    node.kids = kids
    if node.kind in GROUPING:
        node.kids = _in_paragraphs(node.kids)
    elif node.kind == "L":
        node.kids = _list_items(node)
    elif node.kind == "LI":
        node.kids = _label_and_body(node.kids)
    elif node.kind in ("TR", "Table", "THead", "TBody", "TFoot"):
        node.kids = [kid for kid in node.kids if isinstance(kid, Node)]
    if node.name == "figure":
        _attach_caption(node)


def _attach_caption(figure: Node) -> None:
    """The caption goes into the one picture or table it explains; without one it is a paragraph."""
    captions = [kid for kid in figure.nodes() if kid.kind == "Caption"]
    subjects = [kid for kid in figure.nodes() if kid.kind in ("Figure", "Table")]
    for caption in captions:
        if len(subjects) == 1 and len(captions) == 1:
            figure.kids.remove(caption)
            subjects[0].kids.append(caption)
        else:
            caption.kind = "P"


def _in_paragraphs(kids: list[Kid]) -> list[Kid]:
    """Runs of text that stand between blocks become paragraphs."""
    result: list[Kid] = []
    run: Node | None = None
    for kid in kids:
        if isinstance(kid, Node) and kid.kind not in INLINE:
            run = None
            result.append(kid)
        else:
            if run is None:
                run = Node("P")
                result.append(run)
            run.kids.append(kid)
    return result


def _label_and_body(kids: list[Kid]) -> list[Kid]:
    """A list item is its label, then one body."""
    labels: list[Kid] = [kid for kid in kids if isinstance(kid, Node) and kid.kind == "Lbl"]
    body = Node("LBody")
    for kid in kids:
        if isinstance(kid, Node) and kid.kind == "LBody":
            body.kids.extend(kid.kids)
        elif kid not in labels:
            body.kids.append(kid)
    return [*labels, body] if body.kids else labels


def _list_items(node: Node) -> list[Kid]:
    """Items only: a nested list goes into the item before it; terms and their definitions pair up."""
    items: list[Node] = []
    for kid in node.kids:
        if not isinstance(kid, Node):
            kid = Node("LBody", kids=[kid])
        if kid.kind == "LI":
            items.append(kid)
        elif kid.kind == "Lbl" or not items:
            items.append(Node("LI", kids=_label_and_body([kid])))
        else:
            items[-1].kids = _label_and_body([*items[-1].kids, kid])
    return [*items]
