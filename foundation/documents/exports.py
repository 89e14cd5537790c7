"""From content to pages: what a document's name is made of, its HTML, and the rendering itself."""

import functools
import hashlib
import json
import re
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.template.loader import get_template, render_to_string
from django.utils.text import slugify

from foundation.documents import registry, storage
from foundation.documents.models import Document
from foundation.documents.rendering import versions
from foundation.documents.rendering.process import RenderingFailed, Result, renderer

ACCENT = "#0b5c6b"
_NAMED = re.compile(r"""{%\s*(?:extends|include)\s+["']([^"']+)["']""")


def canonical(value: Any) -> str:
    """The one way to write this value as JSON. Raises TypeError for what is not JSON."""
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def _sources(name: str) -> dict[str, str]:
    """The source of a template and of every template that it names."""
    found: dict[str, str] = {}
    waiting = [name]
    while waiting:
        current = waiting.pop()
        if current not in found:
            found[current] = get_template(current).template.source  # type: ignore[attr-defined]
            waiting.extend(_NAMED.findall(found[current]))
    return found


@functools.cache
def _cached_sources(name: str) -> str:
    return canonical(_sources(name))


def key(kind: registry.DocumentKind, content: registry.Content, part_keys: list[str]) -> str:
    """The document's name: a hash of everything that decides what its pages look like."""
    sources = canonical(_sources(kind.template)) if settings.DEBUG else _cached_sources(kind.template)
    whole = [kind.name, content.title, content.context, part_keys, sources, versions.fingerprint()]
    return hashlib.sha256(canonical(whole).encode("utf-8", "surrogatepass")).hexdigest()


def filename(document: Document) -> str:
    """What the file is called on somebody's desk."""
    named = registry.get(document.kind).filename
    name = named(document.title) if named else document.title
    return f"{slugify(name.removesuffix('.pdf'))[:80] or 'document'}.pdf"


def produce(document: Document, before_each_step: Callable[[], None]) -> Result:
    """Make the PDF of a claimed document, its parts (already made) bound behind it.

    Raises:
        RenderingFailed, RenderingEnded: see `rendering.process`.
    """
    parts = [(row.about, row.document) for row in document.part_rows.select_related("document")]
    css = _colours(_accent(document))
    before_each_step()
    if not parts:
        return renderer().render(_html(document, []), css)
    # How long the front is decides where its parts begin, and that may, rarely, make the front longer.
    front_pages = 2
    for _ in range(3):
        contents, page = [], front_pages + 1
        for number, (about, part) in enumerate(parts, start=1):
            contents.append({"number": number, "title": part.title, "about": about, "page": page})
            page += part.pages
        before_each_step()
        front = renderer().render(_html(document, contents), css)
        if front.pages == front_pages:
            break
        front_pages = front.pages
    else:
        raise RenderingFailed("the list of contents does not settle on a length")
    files = []
    for _, part in parts:
        with storage.read(part.path) as file:
            files.append(file.read())
    before_each_step()
    bundle = renderer().merge(front.pdf, files, title=document.title, css=css)
    return Result(bundle.pdf, bundle.pages, sorted({*front.missing, *(c for _, part in parts for c in part.missing)}))


def _html(document: Document, contents: list[dict[str, Any]]) -> str:
    accent = _accent(document)
    return render_to_string(
        registry.get(document.kind).template,
        {
            **document.context,
            "title": document.title,
            "contents": contents,
            "cover_bands": _bands(216, (44, 28, 20), accent),
            "certificate_bands": _bands(280, (19, 12, 9), accent),
        },
    )


def _accent(document: Document) -> str:
    accent = str(document.context.get("accent", ""))
    return accent if re.fullmatch(r"#[0-9a-fA-F]{6}", accent) else ACCENT


def _mixed(colour: str, share: float) -> str:
    """So much of a colour on white paper."""
    channels = (int(colour[index : index + 2], 16) for index in (1, 3, 5))
    return "#" + "".join(f"{round(255 - (255 - channel) * share):02x}" for channel in channels)


def _colours(accent: str) -> str:
    tints = ((1, 0.2), (2, 0.45), (3, 1.0))
    lines = "".join(f"--tint-{number}:{_mixed(accent, share)};" for number, share in tints)
    return f":root{{--accent:{accent};{lines}}}"


def _bands(width: int, heights: tuple[int, int, int], accent: str) -> dict[str, Any]:
    """The signature, in millimetres: about (plain with dots), through (slanted lines), for (solid with fine lines)."""
    rows: list[dict[str, Any]] = []
    top = 0
    textures = (_dots, _slants, _lines)
    for height, share, mark, weight, texture in zip(
        heights, (0.2, 0.45, 1.0), (0.45, 0.75, 0.8), (1.1, 0.5, 0.25), textures, strict=True
    ):
        row = {
            "y": top,
            "height": height,
            "fill": _mixed(accent, share),
            "stroke": _mixed(accent, mark),
            "weight": weight,
        }
        rows.append({**row, "texture": texture(width, top, height)})
        top += height
    return {"width": width, "height": top, "rows": rows}


def _dots(width: int, top: int, height: int) -> str:
    return "".join(
        f"M{x + (3 if (y // 6) % 2 else 0)} {top + y}h0.01" for y in range(4, height, 6) for x in range(4, width, 6)
    )


def _slants(width: int, top: int, height: int) -> str:
    """Lines at 45°, cut at the sides."""
    pieces = []
    for x in range(-height, width, 5):
        left, right = max(x, 0), min(x + height, width)
        pieces.append(f"M{left} {top + height - (left - x)}L{right} {top + height - (right - x)}")
    return "".join(pieces)


def _lines(width: int, top: int, height: int) -> str:
    return "".join(f"M0 {top + y}H{width}" for y in range(3, height, 3))
