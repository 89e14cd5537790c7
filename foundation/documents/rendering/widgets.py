"""Form fields over what a page shows: nothing on paper moves or changes, and somebody at a screen can fill it in.

WeasyPrint's own forms (`pdf_forms`) would set a page anew around `<input>` elements, leave each field without an
appearance and embed whole fonts; here the ruled line, the cell and the ☐ stay as they are, and the field lies on top.
"""

import functools
import io
from typing import Any
from xml.etree.ElementTree import Element

import pydyf
from fontTools import subset
from fontTools.ttLib import TTFont
from weasyprint.document import Document
from weasyprint.formatting_structure import boxes

from foundation.documents.rendering.fields import Field, Kind
from foundation.documents.rendering.protocol import FONTS

FONT = "SourceSans3-Regular"
INK = "0.114 0.141 0.2"  # --ink of print.css
POINTS = 0.75  # of a PDF in one CSS pixel
SMALLEST, TWO_LINES = 10, 16  # points of height: what is lower takes no line of text, or one alone
_PRINTED, _MULTILINE = 1 << 2, 1 << 12
# The codes of a font that every reader can type in, without the five that stand for nothing.
_CODES = {code: text for code in range(32, 256) if (text := bytes([code]).decode("cp1252", "ignore")) and code != 127}


class Form:
    """The fields of one document while its tags are being finished."""

    def __init__(self, places: dict[Element, Field]) -> None:
        """`places` says which elements are to be filled in."""
        self._places = places
        self._names: set[str] = set()
        self._references: list[bytes] = []

    def field(self, box: Any) -> Field | None:
        """What is to be filled in at a box, if anything."""
        return self._places.get(box.element) if box.element_tag == box.element.tag else None

    def add(self, pdf: pydyf.PDF, document: Document, page: int, box: Any, field: Field) -> bytes | None:
        """Put a field over a box. Its reference; None where there is no room for one."""
        corners = _area(box, field.kind)
        if corners is None:
            return None
        height = document.pages[page].height
        left, top, right, bottom = corners
        rectangle = [round(side * POINTS, 2) for side in (left, height - bottom, right, height - top)]
        size = rectangle[2] - rectangle[0], rectangle[3] - rectangle[1]
        if size[1] < SMALLEST and field.kind is not Kind.TICK:
            return None
        name, label = field.name, field.label
        while name in self._names:
            # Lines that go on on the next page are a field of their own: one field would show one text twice.
            name, label = f"{name}-more", f"{label} (continued)"
        self._names.add(name)
        reference = pdf.page_references[page]
        widget = pydyf.Dictionary(
            {
                "Type": "/Annot",
                "Subtype": "/Widget",
                "Rect": pydyf.Array(rectangle),
                "P": reference,
                "F": _PRINTED,
                "T": pydyf.String(name),
                "TU": pydyf.String(label),
            }
        )
        widget.update(_tick(pdf, size) if field.kind is Kind.TICK else _text(pdf, size))
        pdf.add_object(widget)
        pdf.objects[int(reference.split()[0])].setdefault("Annots", pydyf.Array()).append(widget.reference)
        self._references.append(widget.reference)
        return bytes(widget.reference)

    def close(self, pdf: pydyf.PDF) -> bool:
        """Write into the catalog what all fields share. False where there are none."""
        if self._references:
            fonts = pydyf.Dictionary({FONT: _font(pdf)})
            pdf.catalog["AcroForm"] = pydyf.Dictionary(
                {
                    "Fields": pydyf.Array(self._references),
                    "DR": pydyf.Dictionary({"Font": fonts}),
                    "DA": pydyf.String(_appearance()),
                }
            )
        return bool(self._references)


def _area(box: Any, kind: Kind) -> tuple[float, float, float, float] | None:
    """Left, top, right and bottom of a field in CSS pixels."""
    if kind is Kind.TICK:
        glyph = next((each for each in box.descendants() if isinstance(each, boxes.TextBox)), None)
        if glyph is None:
            return None
        em = glyph.style["font_size"]
        x, y = glyph.position_x + glyph.width / 2, glyph.position_y + glyph.baseline - 0.35 * em
        half = 0.55 * em  # the ☐ and a little around it
        return x - half, y - half, x + half, y + half
    left, right = box.padding_box_x(), box.padding_box_x() + box.padding_width()
    top, bottom = box.padding_box_y(), box.padding_box_y() + box.padding_height()
    if kind is Kind.LINES:
        return left - 0.5, top + 1, right + 0.5, bottom - 1  # the last line stays to be seen
    if kind is Kind.REST:
        top = box.content_box_y() + box.height
    return left, top + 1, right - min(4, box.padding_right / 2), bottom - 1


def _appearance() -> str:
    """How text is set that somebody types: as large as fits, 12 points at most, so that none is lost on paper."""
    return f"/{FONT} 0 Tf {INK} rg"


def _text(pdf: pydyf.PDF, size: tuple[float, float]) -> dict[str, Any]:
    """An empty field lets the lines under it be seen; one that is filled in is white, so that they cross no words."""
    return {
        "FT": "/Tx",
        "Ff": _MULTILINE if size[1] >= TWO_LINES else 0,
        "DA": pydyf.String(_appearance()),
        "MK": pydyf.Dictionary({"BG": pydyf.Array([1, 1, 1])}),
        "BS": pydyf.Dictionary({"W": 0}),
        "AP": pydyf.Dictionary({"N": _picture(pdf, size, "/Tx BMC\nEMC")}),
    }


def _tick(pdf: pydyf.PDF, size: tuple[float, float]) -> dict[str, Any]:
    """Nothing over the ☐ that is there, or a tick."""
    width, height = size
    points = [(0.28, 0.5), (0.45, 0.3), (0.8, 0.82)]
    (x, y), *rest = [(round(across * width, 2), round(up * height, 2)) for across, up in points]
    stroke = " ".join(f"{x} {y} l" for x, y in rest)
    tick = f"q {INK} RG {round(width * 0.13, 2)} w 1 J 1 j {x} {y} m {stroke} S Q"
    states = {"Yes": _picture(pdf, size, tick), "Off": _picture(pdf, size, "")}
    return {
        "FT": "/Btn",
        "V": "/Off",
        "AS": "/Off",
        "AP": pydyf.Dictionary({"N": pydyf.Dictionary(states)}),
    }


def _picture(pdf: pydyf.PDF, size: tuple[float, float], drawing: str) -> bytes:
    stream = pydyf.Stream(
        [drawing.encode()],
        {
            "Type": "/XObject",
            "Subtype": "/Form",
            "BBox": pydyf.Array([0, 0, *(round(side, 2) for side in size)]),
            "Resources": pydyf.Dictionary({}),
        },
    )
    pdf.add_object(stream)
    return bytes(stream.reference)


@functools.cache
def _typeface() -> tuple[bytes, tuple[int, ...], dict[str, Any]]:
    """Our sans with the letters that one can type: its file, its widths by code, and what a PDF says of it."""
    options = subset.Options(hinting=False, notdef_outline=True, layout_features=[], recalc_timestamp=False)
    options.drop_tables += ["BASE", "GDEF", "GPOS", "GSUB", "DSIG"]
    with TTFont(FONTS / f"{FONT}.ttf", recalcTimestamp=False) as font:
        pruner = subset.Subsetter(options)
        pruner.populate(unicodes=[ord(text) for text in _CODES.values()])
        pruner.subset(font)
        file = io.BytesIO()
        font.save(file)
        scale = 1000 / font["head"].unitsPerEm
        names = font.getBestCmap()

        def width(code: int) -> int:
            glyph = names.get(ord(_CODES[code])) if code in _CODES else None
            return round(font["hmtx"][glyph][0] * scale) if glyph else 0

        widths = tuple(width(code) for code in range(32, 256))
        head, lines, shape = font["head"], font["hhea"], font["OS/2"]
        described = {
            "Type": "/FontDescriptor",
            "FontName": f"/{FONT}",
            "Flags": 1 << 5,
            "FontBBox": pydyf.Array(round(side * scale) for side in (head.xMin, head.yMin, head.xMax, head.yMax)),
            "ItalicAngle": 0,
            "Ascent": round(lines.ascent * scale),
            "Descent": round(lines.descent * scale),
            "CapHeight": round(shape.sCapHeight * scale),
            "StemV": 80,
        }
    return file.getvalue(), widths, described


def _font(pdf: pydyf.PDF) -> bytes:
    """The typeface as a plain font of 8-bit codes: readers set typed text in those, not in the page's own fonts."""
    file, widths, described = _typeface()
    stream = pydyf.Stream([file], {"Length1": len(file)}, compress=True)
    pdf.add_object(stream)
    descriptor = pydyf.Dictionary({**described, "FontFile2": stream.reference})
    pdf.add_object(descriptor)
    font = pydyf.Dictionary(
        {
            "Type": "/Font",
            "Subtype": "/TrueType",
            "BaseFont": f"/{FONT}",
            "Encoding": "/WinAnsiEncoding",
            "FirstChar": 32,
            "LastChar": 255,
            "Widths": pydyf.Array(widths),
            "FontDescriptor": descriptor.reference,
        }
    )
    pdf.add_object(font)
    return bytes(font.reference)
