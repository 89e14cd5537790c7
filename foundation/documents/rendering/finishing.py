"""Makes WeasyPrint's tagged PDF one that reads well aloud, before it is written.

What it mends, with the upstream issue where there is one: running headers and repeated table heads become artifacts
(Kozea/WeasyPrint#1836), header cells get a scope (#2508), what crosses a page is one element (#2903), links say their
text instead of their address, parts keep their language, `aria-hidden` is heeded (#2550), lists have labels and bodies,
figures have their caption and their place on the page; form fields (`widgets`) get their place in the order. It relies
on one private function, `_build_box_tree`: hence `weasyprint==70.*`.
"""

import re
from collections.abc import Iterator
from typing import Any
from xml.etree.ElementTree import Element
from xml.sax.saxutils import escape

import pydyf
from weasyprint import __version__
from weasyprint.document import Document
from weasyprint.formatting_structure import boxes
from weasyprint.layout.absolute import AbsolutePlaceholder
from weasyprint.pdf import tags as weasyprint_tags

from foundation.documents.rendering.fields import Field, Kind
from foundation.documents.rendering.tree import STRUCTURE, Annotation, Content, Node, mended, text_of
from foundation.documents.rendering.widgets import POINTS, Form

PAGE_NUMBER = "@bottom-right"  # the margin box that print.css sets the page number in
_original_build = weasyprint_tags._build_box_tree


class Recorder:
    """Remembers, while WeasyPrint builds its tags, which box became which element, and what is not content at all."""

    def __init__(self, places: dict[Element, Field] | None = None) -> None:
        """One for each document; `places` are its elements that people fill in."""
        self.form = Form(places or {})
        self.boxes: dict[int, Any] = {}
        self.artifacts: dict[tuple[int, int], str] = {}
        self.hidden_annotations: set[bytes] = set()
        self._table_heads: dict[int, int] = {}

    def build(
        self, box: Any, parent: Any, pdf: Any, page: int, nums: Any, annotations: Any, tags: Any
    ) -> Iterator[pydyf.Dictionary]:
        """Stands in for WeasyPrint's function, which calls itself by its global name and so calls this for each box."""
        if isinstance(box, AbsolutePlaceholder):
            box = box._box
        if isinstance(box, boxes.MarginBox):
            self._hide(box, page, tags, box.at_keyword)
            return
        if self._is_decoration(box, page):
            self._hide(box, page, tags, "")
            return
        if box.link_annotation and box.element is not None:
            box.link_annotation["Contents"] = pydyf.String(text_of(box.element) or "Link")
        for element in _original_build(box, parent, pdf, page, nums, annotations, tags):
            self.boxes.setdefault(element.number, box)  # html, body and pages yield what their children yielded
            yield element

    def _is_decoration(self, box: Any, page: int) -> bool:
        element = box.element
        if element is None:
            return False
        if element.get("aria-hidden") == "true" or element.get("role") in ("presentation", "none"):
            return bool(element.tag != "table")  # a table for layout still has content
        if box.element_tag == "img":
            return bool(not element.get("alt"))
        if element.tag == "{http://www.w3.org/2000/svg}svg":
            return not _figure_text(element)
        if box.element_tag in ("thead", "tfoot"):
            return self._table_heads.setdefault(id(element), page) != page
        return False

    def _hide(self, box: Any, page: int, tags: Any, place: str) -> None:
        stack = [box]
        while stack:
            box = stack.pop()
            if isinstance(box, AbsolutePlaceholder):
                box = box._box
            if marked := tags.pop(box, None):
                self.artifacts[page, marked["mcid"]] = place
            if box.link_annotation:
                self.hidden_annotations.add(box.link_annotation.reference)
            if isinstance(box, boxes.TableCellBox):
                # WeasyPrint links cells to their heads afterwards and expects an element on each head cell.
                box.mark = pydyf.Dictionary({"A": pydyf.Dictionary()})
            stack.extend(getattr(box, "children", ()))

    def finish(self, document: Document, pdf: pydyf.PDF) -> None:
        """WeasyPrint's `finisher`: called when the PDF is complete and before it is written."""
        pages = {reference: number for number, reference in enumerate(pdf.page_references)}
        root = pdf.objects[int(pdf.catalog["StructTreeRoot"].split()[0])]
        top = pdf.objects[int(root["K"][0].split()[0])]
        tree = Node("Document")
        for reference in top["K"]:
            self._convert(pdf, pdf.objects[int(reference.split()[0])], tree, None, pages, document)
        _Writer(pdf).write(root, mended(tree))
        self._mark_artifacts(pdf)
        _write_metadata(document, pdf, is_form=self.form.close(pdf))

    def _convert(
        self,
        pdf: pydyf.PDF,
        struct: pydyf.Dictionary,
        parent: Node,
        link: Node | None,
        pages: dict[bytes, int],
        document: Document,
    ) -> None:
        """Hang WeasyPrint's element, as ours, under `parent`. What it made for layout alone leaves no trace.

        Clickable areas of what is inside a link (a picture, a float) go to the `link` itself.
        """
        box, page = self.boxes.get(struct.number), pages[struct["Pg"]]
        node, field = parent, None
        if (
            box is not None
            and box.element is not None
            and (box.element, box.element_tag) != (parent.element, parent.name)
        ):
            node = _node(box, document.pages[page].height)
            parent.kids.append(node)
            link = node if node.kind == "Link" else link
            field = self.form.field(box)
        for kid in struct["K"]:
            if isinstance(kid, int):
                node.kids.append(Content(page, kid))
                continue
            target = pdf.objects[int(kid.split()[0])]
            if target["Type"] == "/OBJR":
                (link or node).kids.append(Annotation(page, target["Obj"]))
            else:
                self._convert(pdf, target, node, link, pages, document)
        if field and (widget := self.form.add(pdf, document, page, box, field)):
            if field.kind is Kind.TICK:
                # The field says that it is a box to tick; the ☐ under it need not.
                self.artifacts |= {(kid.page, kid.mcid): "" for kid in node.kids if isinstance(kid, Content)}
                node.kids = []
            node.kids.append(Node("Form", kids=[Annotation(page, widget)]))

    def _mark_artifacts(self, pdf: pydyf.PDF) -> None:
        for page, reference in enumerate(pdf.page_references):
            dictionary = pdf.objects[int(reference.split()[0])]
            if annotations := dictionary.get("Annots"):
                annotations[:] = [item for item in annotations if item not in self.hidden_annotations]
            stream = pdf.objects[int(dictionary["Contents"].split()[0])]
            stream.stream = list(self._marked(stream.stream, page))

    def _marked(self, items: list[Any], page: int) -> Iterator[Any]:
        """A page's drawing operators with artifacts named, and no artifact inside content (an underline in a link)."""
        depth: list[bool] = []  # of open sequences: was the opening kept?
        position = 0
        while position < len(items):
            item = items[position]
            if item == b"EMC":
                if depth.pop():
                    yield item
            elif position + 1 < len(items) and items[position + 1] == b"BMC":
                depth.append(not depth)
                if depth[-1]:
                    yield from (item, b"BMC")
                position += 1
            elif position + 2 < len(items) and items[position + 2] == b"BDC":
                depth.append(True)
                place = self.artifacts.get((page, items[position + 1]["MCID"]))
                yield from (item, items[position + 1], b"BDC") if place is None else (_artifact(place), b"BDC")
                position += 2
            else:
                yield item
            position += 1


def install(recorder: Recorder) -> None:
    """Let this recorder see the tags of the next document."""
    weasyprint_tags._build_box_tree = recorder.build


def _artifact(place: str) -> bytes:
    if not place:
        return b"/Artifact <</Type /Layout>>"
    subtype = "PageNum" if place == PAGE_NUMBER else "Footer" if place.startswith("@bottom") else "Header"
    return f"/Artifact <</Type /Pagination /Subtype /{subtype}>>".encode()


def _figure_text(element: Any) -> str:
    """The alternative of a picture: `alt`, a label, or an SVG's own title."""
    title = element.find("{http://www.w3.org/2000/svg}title")
    text = element.get("alt") or element.get("aria-label") or ("" if title is None else title.text) or ""
    return re.sub(r"\s+", " ", text).strip()


def _node(box: Any, page_height: float) -> Node:
    element, name = box.element, box.element_tag
    attributes: dict[str, Any] = {}
    kind = STRUCTURE.get(name, "")
    if name == "a" and not element.get("href"):
        kind = ""
    if name == "abbr":
        attributes["E"] = element.get("title") or text_of(element)
    if (language := element.get("lang")) and name == element.tag and name not in ("html", "body"):
        attributes["Lang"] = language
        if not kind:
            kind = "Sect" if isinstance(box, boxes.BlockLevelBox) else "Span"
    if kind == "Figure":
        attributes["Alt"] = _figure_text(element)
        x, y = box.content_box_x(), box.content_box_y()
        corners = (x, page_height - y - box.height, x + box.width, page_height - y)
        attributes["A"] = pydyf.Dictionary(
            {
                "O": "/Layout",
                "Placement": "/Block",
                "BBox": pydyf.Array(round(corner * POINTS, 2) for corner in corners),
            }
        )
    elif kind in ("TH", "TD"):
        attributes["A"] = _cell(box, kind)
    elif kind == "L":
        numbering = {"ol": "/Decimal", "ul": "/Disc"}.get(name, "/None")
        attributes["A"] = pydyf.Dictionary({"O": "/List", "ListNumbering": numbering})
    return Node(kind, element, name, isinstance(box, boxes.BlockLevelBox), attributes)


def _cell(box: Any, kind: str) -> pydyf.Dictionary:
    cell = pydyf.Dictionary({"O": "/Table"})
    if kind == "TH":
        scopes = {"row": "/Row", "rowgroup": "/Row", "col": "/Column", "colgroup": "/Column"}
        cell["Scope"] = scopes.get(box.element.get("scope", ""), "/Column")
    if box.colspan != 1:
        cell["ColSpan"] = box.colspan
    if box.rowspan != 1:
        cell["RowSpan"] = box.rowspan
    return cell


class _Writer:
    """Writes the mended tree into the PDF, and the way back from the pages to it."""

    def __init__(self, pdf: pydyf.PDF) -> None:
        self.pdf = pdf
        self.pages = pdf.page_references
        self.owners: list[dict[int, bytes]] = [{} for _ in self.pages]
        self.annotations: list[tuple[bytes, bytes]] = []

    def write(self, root: pydyf.Dictionary, tree: Node) -> None:
        """Replace the tree under `root`."""
        top = self._element(tree, root.reference, 0)
        nums = pydyf.Array()
        for number, owners in enumerate(self.owners):
            entries = [owners.get(mcid, b"null") for mcid in range(max(owners, default=-1) + 1)]
            nums.extend([number, pydyf.Array(entries)])
        for number, (annotation, owner) in enumerate(self.annotations, start=len(self.pages)):
            nums.extend([number, owner])
            self.pdf.objects[int(annotation.split()[0])]["StructParent"] = number
        order = {annotation: number for number, (annotation, _) in enumerate(self.annotations)}
        for reference in self.pages:
            # Readers that do not go by the tags go by this list, from link to field to link.
            annotations = self.pdf.objects[int(reference.split()[0])].get("Annots", [])
            annotations.sort(key=lambda annotation: order.get(annotation, len(order)))
        parent_tree = pydyf.Dictionary({"Nums": nums})
        self.pdf.add_object(parent_tree)
        root["K"] = pydyf.Array([top])
        root["ParentTree"] = parent_tree.reference
        root["ParentTreeNextKey"] = len(self.pages) + len(self.annotations)

    def _element(self, node: Node, parent: bytes, page: int) -> bytes:
        page = next(node.pages(), page)
        struct = pydyf.Dictionary({"Type": "/StructElem", "S": f"/{node.kind}", "P": parent, "Pg": self.pages[page]})
        for name, value in node.attributes.items():
            struct[name] = pydyf.String(value) if isinstance(value, str) else value
        self.pdf.add_object(struct)
        kids = pydyf.Array()
        for kid in node.kids:
            if isinstance(kid, Node):
                kids.append(self._element(kid, struct.reference, page))
            elif isinstance(kid, Annotation):
                kids.append(pydyf.Dictionary({"Type": "/OBJR", "Obj": kid.reference, "Pg": self.pages[kid.page]}))
                self.annotations.append((kid.reference, struct.reference))
            else:
                self.owners[kid.page][kid.mcid] = struct.reference
                if kid.page == page:
                    kids.append(kid.mcid)
                else:
                    kids.append(pydyf.Dictionary({"Type": "/MCR", "Pg": self.pages[kid.page], "MCID": kid.mcid}))
        struct["K"] = kids
        return bytes(struct.reference)


_XMP = """<?xpacket begin="\N{ZERO WIDTH NO-BREAK SPACE}" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:pdf="http://ns.adobe.com/pdf/1.3/"
 xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmlns:pdfaid="http://www.aiim.org/pdfa/ns/id/"
 xmlns:pdfuaid="http://www.aiim.org/pdfua/ns/id/">
{archive}<pdfuaid:part>1</pdfuaid:part>
{properties}</rdf:Description>
<rdf:Description rdf:about="" xmlns:pdfaExtension="http://www.aiim.org/pdfa/ns/extension/"
 xmlns:pdfaSchema="http://www.aiim.org/pdfa/ns/schema#" xmlns:pdfaProperty="http://www.aiim.org/pdfa/ns/property#">
<pdfaExtension:schemas><rdf:Bag><rdf:li rdf:parseType="Resource">
<pdfaSchema:schema>PDF/UA identification</pdfaSchema:schema>
<pdfaSchema:namespaceURI>http://www.aiim.org/pdfua/ns/id/</pdfaSchema:namespaceURI>
<pdfaSchema:prefix>pdfuaid</pdfaSchema:prefix><pdfaSchema:property><rdf:Seq><rdf:li rdf:parseType="Resource">
<pdfaProperty:name>part</pdfaProperty:name><pdfaProperty:valueType>Integer</pdfaProperty:valueType>
<pdfaProperty:category>internal</pdfaProperty:category>
<pdfaProperty:description>Part of ISO 14289 that the file follows</pdfaProperty:description>
</rdf:li></rdf:Seq></pdfaSchema:property></rdf:li></rdf:Bag></pdfaExtension:schemas></rdf:Description>
</rdf:RDF></x:xmpmeta>
<?xpacket end="r"?>"""
ARCHIVE = "<pdfaid:part>2</pdfaid:part><pdfaid:conformance>A</pdfaid:conformance>"


def _write_metadata(document: Document, pdf: pydyf.PDF, *, is_form: bool) -> None:
    """Say in the file what it is: PDF/UA-1 and PDF/A-2a, its title and makers. Dates come from the page alone.

    A form does not call itself PDF/A, although it keeps its rules: Adobe's readers open such a file for reading only.
    """
    data = document.metadata
    plain = {"pdf:Producer": f"WeasyPrint {__version__}", "xmp:CreatorTool": data.generator}
    plain |= {"xmp:CreateDate": data.created, "xmp:ModifyDate": data.modified}
    properties = [f"<{name}>{escape(value)}</{name}>\n" for name, value in plain.items() if value]
    for name, value in (("dc:title", data.title), ("dc:description", data.description)):
        if value:
            properties.append(
                f'<{name}><rdf:Alt><rdf:li xml:lang="x-default">{escape(value)}</rdf:li></rdf:Alt></{name}>\n'
            )
    if data.authors:
        names = "".join(f"<rdf:li>{escape(author)}</rdf:li>" for author in data.authors)
        properties.append(f"<dc:creator><rdf:Seq>{names}</rdf:Seq></dc:creator>\n")
    stream = pdf.objects[int(pdf.catalog["Metadata"].split()[0])]
    archive = "" if is_form else ARCHIVE
    stream.stream = [_XMP.format(archive=archive, properties="".join(properties)).encode()]
