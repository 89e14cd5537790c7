"""Diagrams and pictures of a course folder: an allow-list for SVG, which goes into pages; type and size else."""

import hashlib
import re
import xml.etree.ElementTree as ET
from dataclasses import dataclass
from html import escape
from io import BytesIO

from PIL import Image, UnidentifiedImageError

SVG = "{http://www.w3.org/2000/svg}"
PICTURE_LIMIT = 1_000_000  # bytes
FIGURE_LIMIT = 200_000
ELEMENT_LIMIT = 3_000
SIDE_LIMIT = 6_000  # pixels
TYPES = {"PNG": "png", "JPEG": "jpg", "WEBP": "webp"}
ELEMENTS = {
    "svg", "g", "title", "desc", "defs", "path", "circle", "ellipse", "rect", "line", "polyline", "polygon", "text",
    "tspan", "pattern", "linearGradient", "radialGradient", "stop", "clipPath", "mask", "marker", "symbol",
}  # fmt: skip
ATTRIBUTES = {
    "id", "class", "role", "lang", "tabindex", "focusable", "viewBox", "preserveAspectRatio", "width", "height",
    "x", "y", "x1", "x2", "y1", "y2", "cx", "cy", "r", "rx", "ry", "fx", "fy", "dx", "dy", "d", "points",
    "transform", "rotate", "textLength", "lengthAdjust", "pathLength", "offset", "fill", "fill-opacity",
    "fill-rule", "stroke", "stroke-width", "stroke-opacity", "stroke-dasharray", "stroke-dashoffset",
    "stroke-linecap", "stroke-linejoin", "stroke-miterlimit", "opacity", "color", "stop-color", "stop-opacity",
    "clip-path", "clip-rule", "mask", "display", "visibility", "vector-effect", "paint-order", "shape-rendering",
    "text-rendering", "font-family", "font-size", "font-style", "font-weight", "letter-spacing", "word-spacing",
    "text-anchor", "text-decoration", "dominant-baseline", "alignment-baseline", "baseline-shift", "gradientUnits",
    "gradientTransform", "spreadMethod", "patternUnits", "patternContentUnits", "patternTransform", "clipPathUnits",
    "maskUnits", "maskContentUnits", "markerUnits", "markerWidth", "markerHeight", "refX", "refY", "orient",
    "marker-start", "marker-mid", "marker-end",
}  # fmt: skip
_REFERENCE = re.compile(r"url\(\s*['\"]?(.*?)['\"]?\s*\)")
_OWN = re.compile(r"#([\w.-]+)")
_POINTING = {"aria-labelledby", "aria-describedby", "aria-controls"}


class Refused(ValueError):
    """Why a diagram or a picture may not stand on a page. `near` is what to look for in its file."""

    def __init__(self, message: str, near: str = "", line: int = 0) -> None:
        super().__init__(message)
        self.near, self.line = near, line


@dataclass(frozen=True)
class Figure:
    """A checked diagram. `inline(prefix, alt)` gives it for one place on a page."""

    root: ET.Element

    def inline(self, prefix: str, alt: str) -> str:
        """The SVG with ids of its own and `alt` as what is read aloud."""
        return "".join(_written(self.root, prefix, alt))


@dataclass(frozen=True)
class Picture:
    """A checked bitmap, named by its content."""

    content: bytes
    name: str
    width: int
    height: int


def figure(content: str) -> Figure:
    """A diagram that may be put into a page.

    Raises:
        Refused: for anything that is not on the lists above.
    """
    if len(content) > FIGURE_LIMIT:
        raise Refused(f"The diagram has {len(content) // 1000} KB; expected at most {FIGURE_LIMIT // 1000} KB.")
    for word in ("<!DOCTYPE", "<!ENTITY", "<?xml-stylesheet"):
        if word.lower() in content.lower():
            raise Refused(f"{word} may not stand in a diagram; expected plain SVG.", near=word)
    try:
        root = ET.fromstring(content)  # noqa: S314 (no document type gets here: no entities, no files)
    except ET.ParseError as error:
        raise Refused(
            f"This is not well-formed XML: {str(error).partition(':')[0]}. Expected an SVG drawing.",
            line=error.position[0],
        ) from error
    if root.tag != f"{SVG}svg" or not root.get("viewBox"):
        raise Refused('Expected an <svg> with xmlns="http://www.w3.org/2000/svg" and a viewBox.', near="<svg")
    if root.find(f"{SVG}title") is None or not (root.findtext(f"{SVG}title") or "").strip():
        raise Refused("The diagram has no <title>; expected a short name of what it shows.", near="<svg")
    elements = list(root.iter())
    if len(elements) > ELEMENT_LIMIT:
        raise Refused(f"The diagram has {len(elements)} elements; expected at most {ELEMENT_LIMIT}.")
    for element in elements:
        _check(element)
    if any(element.tag == root.tag for element in elements[1:]):
        raise Refused("A drawing may not stand in a drawing; expected one <svg>.", near="<svg")
    return Figure(root)


def _check(element: ET.Element) -> None:
    if not isinstance(element.tag, str):
        raise Refused("A processing instruction may not stand in a diagram.", near="<?")
    tag = element.tag.removeprefix(SVG)
    if tag not in ELEMENTS:
        tag = tag.rpartition("}")[2]
        raise Refused(f"<{tag}> may not stand in a diagram.", near=f"<{tag}")
    for name, value in element.attrib.items():
        short = name.rpartition("}")[2]
        if name not in ATTRIBUTES and not re.fullmatch(r"(aria|data)-[a-z-]+", name):
            raise Refused(f'The attribute {short}="…" may not stand in a diagram.', near=f"{short}=")
        for target in _REFERENCE.findall(value):
            if not _OWN.fullmatch(target):
                raise Refused(f"url({target}) leads out of the diagram; expected url(#name).", near="url(")


def _written(element: ET.Element, prefix: str, alt: str = "") -> list[str]:
    tag = element.tag.removeprefix(SVG)
    attributes = dict(element.attrib)
    if tag == "svg":
        for name in ("aria-labelledby", "aria-describedby", "role", "width", "height"):
            attributes.pop(name, None)
        attributes = {"role": "img", "aria-label": alt, "focusable": "false", **attributes}
    out = [f"<{tag}"]
    for name, value in attributes.items():
        if name == "id":
            value = prefix + value
        elif name in _POINTING:
            value = " ".join(prefix + target for target in value.split())
        else:
            value = _REFERENCE.sub(lambda reference: f"url(#{prefix}{reference[1][1:]})", value)
        out.append(f' {name}="{escape(value)}"')
    if not len(element) and not (element.text or "").strip():
        return [*out, "/>"]
    out.append(">")
    out.append(escape(element.text or "", quote=False))
    for child in element:
        out += _written(child, prefix)
        out.append(escape(child.tail or "", quote=False))
    out.append(f"</{tag}>")
    return out


def picture(content: bytes) -> Picture:
    """A bitmap that may be shown on a page, by what it is and not by what it is called.

    Raises:
        Refused: for other types and for what is too large.
    """
    if len(content) > PICTURE_LIMIT:
        raise Refused(f"The picture has {len(content) / 1_000_000:.1f} MB; expected at most 1 MB.")
    try:
        with Image.open(BytesIO(content), formats=list(TYPES)) as image:
            kind, (width, height) = image.format, image.size
            image.verify()
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise Refused("This is not a whole PNG, JPEG or WebP picture.") from error
    if max(width, height) > SIDE_LIMIT:
        raise Refused(f"The picture is {width} × {height} pixels; expected at most {SIDE_LIMIT} on a side.")
    return Picture(content, f"{hashlib.sha256(content).hexdigest()}.{TYPES[kind or '']}", width, height)
