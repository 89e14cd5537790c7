"""Several of our PDFs become one, and stay tagged.

General merging tools drop the tags or leave them pointing at other pages. This one knows the files it gets (they come
from `engine`): their tag trees are joined under one Document, the way back from the pages is renumbered, outlines,
named places and form fields are kept apart by part, and page numbers are taken out and stamped anew through the whole.
"""

import io
import re
import warnings
from collections.abc import Iterator
from html import escape
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Name, String

from foundation.documents.rendering.engine import PART, CannotRender, Rendered, render, saved
from foundation.documents.rendering.finishing import ARCHIVE

_NUMBER = re.compile(rb"/Artifact <</Type /Pagination /Subtype /PageNum>>\nBDC\n.*?\nEMC\n", re.DOTALL)
_MARKS = re.compile(rb"^(/Artifact .*\nBDC|/Artifact\nBMC|EMC)\n", re.MULTILINE)


def merge(front: bytes, parts: list[bytes], *, title: str, css: str) -> Rendered:
    """One PDF: the front (cover and contents, whose links `part:1`, `part:2` … point at the parts), then each part.

    Raises:
        CannotRender: a file is not one of ours.
    """
    bundle = pikepdf.new()
    joined = _Joined(bundle, title)
    opened = []  # pikepdf copies streams when it saves, so the sources stay open until then
    try:
        for data in (front, *parts):
            opened.append(pikepdf.open(io.BytesIO(data)))
            joined.add(opened[-1])
        joined.point_at_parts()
        joined.close_tree()
        opened.append(_stamp_numbers(bundle, title, css))
        return Rendered(saved(bundle), len(bundle.pages))
    except (pikepdf.PdfError, KeyError, AttributeError) as error:
        raise CannotRender(f"a part is not a PDF of ours: {error}") from error
    finally:
        for pdf in opened:
            pdf.close()


class _Joined:
    """The bundle while parts are being added to it."""

    def __init__(self, bundle: pikepdf.Pdf, title: str) -> None:
        self.bundle = bundle
        self.nums: list[pikepdf.Object | int] = []
        self.next_key = 0
        self.first_pages: list[int] = []
        self.names: list[tuple[bytes, pikepdf.Object]] = []
        self.outline: list[pikepdf.Object] = []
        self.fields: list[pikepdf.Object] = []
        self.form: pikepdf.Object | None = None
        self.top = bundle.make_indirect(Dictionary(Type=Name.StructElem, S=Name.Document, K=Array()))

    def add(self, source: pikepdf.Pdf) -> None:
        """Append a file. The first one also lends the bundle its title, language and metadata."""
        part = len(self.first_pages)
        start = len(self.bundle.pages)
        self.first_pages.append(start)
        with warnings.catch_warnings():
            # Named places and fields: see _add_names and _add_fields.
            warnings.simplefilter("ignore", pikepdf.exceptions.PageCopyWarning)
            self.bundle.pages.extend(source.pages)
        if not part:
            for key in ("/Lang", "/MarkInfo", "/ViewerPreferences", "/Metadata", "/OutputIntents"):
                value = source.Root[key]
                self.bundle.Root[key] = (
                    self.bundle.copy_foreign(value) if value.is_indirect else _copied(self.bundle, value)
                )
            for key, value in source.docinfo.items():
                self.bundle.docinfo[key] = str(value)
        pages = [self.bundle.pages[number] for number in range(start, len(self.bundle.pages))]
        self._add_tree(source, pages)
        self._add_names(source, part, pages)
        self._add_fields(source, part, pages)
        self._add_outline(source, part, pages)

    def _add_tree(self, source: pikepdf.Pdf, pages: list[pikepdf.Page]) -> None:
        root = self.bundle.copy_foreign(source.Root.StructTreeRoot)
        element = root.K[0]
        element.S = Name.Part
        element.P = self.top
        self.top.K.append(element)
        for page in pages:
            page.obj.StructParents = int(page.obj.StructParents) + self.next_key
            for annotation in page.obj.get("/Annots", Array()):
                if "/StructParent" in annotation:
                    annotation.StructParent = int(annotation.StructParent) + self.next_key
        numbers = root.ParentTree.Nums
        for index in range(0, len(numbers), 2):
            self.nums += [int(numbers[index]) + self.next_key, numbers[index + 1]]
        self.next_key += int(root.ParentTreeNextKey)

    def _add_names(self, source: pikepdf.Pdf, part: int, pages: list[pikepdf.Page]) -> None:
        """Two parts may use one anchor: each gets its part's number in front."""
        prefix = f"{part:04d}.".encode()
        if "/Names" in source.Root and "/Dests" in source.Root.Names:
            names = _copied(self.bundle, source.Root.Names.Dests.Names)
            for index in range(0, len(names), 2):
                self.names.append((prefix + bytes(names[index]), names[index + 1]))
        for annotation in _annotations(pages):
            if isinstance(annotation.get("/Dest"), String):
                annotation.Dest = String(prefix + bytes(annotation.Dest))

    def _add_fields(self, source: pikepdf.Pdf, part: int, pages: list[pikepdf.Page]) -> None:
        """Two parts may use one name for a field: each gets its part's number in front. One typeface serves all."""
        if "/AcroForm" not in source.Root:
            return
        for annotation in _annotations(pages):
            if annotation.Subtype == Name.Widget:
                annotation.T = String(f"{part:02d}-{annotation.T}")
                self.fields.append(annotation)
        if self.form is None:
            shared = source.Root.AcroForm
            self.form = Dictionary(DR=_copied(self.bundle, shared.DR), DA=shared.DA)

    def _add_outline(self, source: pikepdf.Pdf, part: int, pages: list[pikepdf.Page]) -> None:
        """One entry for a part, closed, with the part's own headings under it."""
        entries = list(_entries(self.bundle.copy_foreign(source.Root.Outlines))) if "/Outlines" in source.Root else []
        if len(entries) == 1:
            top = entries[0]
        else:
            place = Array([pages[0].obj, Name.Fit])
            top = self.bundle.make_indirect(Dictionary(Title=str(source.docinfo.get("/Title", "")), Dest=place))
            _chain(top, entries)
        count = _count(top)
        if count:
            top.Count = count if part == 0 else -count
        self.outline.append(top)

    def point_at_parts(self) -> None:
        """The contents' links become places in this file."""
        for annotation in _annotations(list(self.bundle.pages)):
            address = str(annotation.A.get("/URI", "")) if "/A" in annotation else ""
            if address.startswith(PART):
                page = self.bundle.pages[self.first_pages[int(address.removeprefix(PART))]]
                del annotation["/A"]
                annotation.Dest = Array([page.obj, Name.Fit])

    def close_tree(self) -> None:
        """Everything that was collected goes into the catalog."""
        catalog = self.bundle.Root
        root = self.bundle.make_indirect(Dictionary(Type=Name.StructTreeRoot, K=Array([self.top])))
        self.top.P = root
        root.ParentTree = self.bundle.make_indirect(Dictionary(Nums=Array(self.nums)))
        root.ParentTreeNextKey = self.next_key
        catalog.StructTreeRoot = root
        if self.names:
            flat = Array()
            for name, place in sorted(self.names, key=lambda entry: entry[0]):
                flat.extend([String(name), place])
            catalog.Names = Dictionary(Dests=Dictionary(Names=flat))
        if self.form is not None:
            self.form.Fields = Array(self.fields)
            catalog.AcroForm = self.form
            # Not PDF/A by its own word: see _write_metadata.
            catalog.Metadata.write(catalog.Metadata.read_bytes().replace(ARCHIVE.encode(), b""))
        outlines = self.bundle.make_indirect(Dictionary(Type=Name.Outlines))
        _chain(outlines, self.outline)
        outlines.Count = len(self.outline) + sum(max(0, int(entry.get("/Count", 0))) for entry in self.outline)
        catalog.Outlines = outlines


def _copied(bundle: pikepdf.Pdf, value: Any) -> Any:
    """A copy of a direct object of another file, with what it refers to."""
    if getattr(value, "is_indirect", False):  # numbers and the like come as Python's own
        return bundle.copy_foreign(value)
    if isinstance(value, Array):
        return Array([_copied(bundle, item) for item in value])
    if isinstance(value, Dictionary):
        return Dictionary({key: _copied(bundle, item) for key, item in value.items()})
    return value


def _annotations(pages: list[pikepdf.Page]) -> Iterator[pikepdf.Object]:
    for page in pages:
        yield from page.obj.get("/Annots", Array())


def _entries(outline: pikepdf.Object) -> Iterator[pikepdf.Object]:
    entry = outline.get("/First")
    while entry is not None:
        following = entry.get("/Next")
        yield entry
        entry = following


def _chain(parent: pikepdf.Object, entries: list[pikepdf.Object]) -> None:
    """Make these the children of an outline entry, in this order."""
    for before, entry, after in zip([None, *entries], entries, [*entries[1:], None], strict=False):
        entry.Parent = parent
        for key, neighbour in (("/Prev", before), ("/Next", after)):
            if neighbour is None:
                if key in entry:
                    del entry[key]
            else:
                entry[key] = neighbour
    if entries:
        parent.First, parent.Last = entries[0], entries[-1]


def _count(entry: pikepdf.Object) -> int:
    return sum(1 + _count(child) for child in _entries(entry))


def _stamp_numbers(bundle: pikepdf.Pdf, title: str, css: str) -> pikepdf.Pdf:
    """Where a part had its own page number, write the bundle's, in the same type. Returns the file they came from."""
    body = '<div class="stamp"></div>' * len(bundle.pages)
    html = f'<html lang="en"><title>{escape(title)}</title><body class="stamps">{body}</body></html>'
    stamps = pikepdf.open(io.BytesIO(render(html, css).pdf))
    for number, page in enumerate(bundle.pages):
        content, removed = _NUMBER.subn(b"", page.obj.Contents.read_bytes() + b"\n")
        if not removed:
            continue
        stamp = stamps.pages[number].as_form_xobject()
        stamp.write(_MARKS.sub(b"", stamp.read_bytes() + b"\n"))
        name = page.add_resource(bundle.copy_foreign(stamp), Name.XObject, Name(f"/Number{number}"))
        drawing = f"q {name} Do Q".encode()
        mark = b"/Artifact <</Type /Pagination /Subtype /PageNum>>\nBDC\n" + drawing + b"\nEMC\n"
        page.obj.Contents = bundle.make_stream(b"q\n" + content + b"Q\n" + mark)
    return stamps
