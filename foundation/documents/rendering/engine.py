"""One HTML page in, one tagged PDF out. Everything that is the same for all documents is read once."""

import functools
import io
import logging
from dataclasses import dataclass

import pikepdf
from weasyprint import CSS, HTML
from weasyprint.text.fonts import FontConfiguration

from foundation.documents.rendering import fields, finishing, glyphs
from foundation.documents.rendering.fetcher import Fetcher
from foundation.documents.rendering.protocol import STYLESHEET

LINKS = ("http:", "https:", "mailto:", "tel:", "#")
PART = "part:"  # a link to another part of a bundle, which the merger points at its first page

logging.getLogger("weasyprint").setLevel(logging.CRITICAL)  # it repeats people's text; what matters is checked by us
logging.getLogger("fontTools").setLevel(logging.ERROR)


class CannotRender(Exception):
    """The page is at fault, and would be at the next try: the message says what is wrong with it."""


@dataclass(frozen=True)
class Rendered:
    """A finished PDF, how many pages it has, and the characters that no font could draw."""

    pdf: bytes
    pages: int
    missing: tuple[str, ...] = ()


@functools.cache
def _font_configuration() -> FontConfiguration:
    return FontConfiguration()


@functools.lru_cache(maxsize=32)
def _stylesheet(css: str) -> CSS:
    return CSS(string=css, font_config=_font_configuration(), url_fetcher=Fetcher(), base_url="static:/")


@functools.cache
def _house_stylesheet() -> CSS:
    return _stylesheet(STYLESHEET.read_text())


def warm_up() -> None:
    """Pay for the first use of everything before the first document waits for it."""
    glyphs.known()
    words = '<h1>Warm</h1><p>Text <b>bold</b> <i>it</i> <span class="box">☐</span></p>'
    render(f'<html lang="en"><title>Warm</title><body data-fillable>{words}</body></html>', "")


def render(html: str, css: str) -> Rendered:
    """Render a page; `css` adds to the house's stylesheet (a region's colours).

    Raises:
        CannotRender: the page has no title or language, or asked for a file that is not ours.
    """
    fetcher = Fetcher()
    page = HTML(string=html, base_url="static:/", url_fetcher=fetcher)
    root = page.etree_element
    if not root.get("lang") or root.find(".//title") is None:
        raise CannotRender("the page has no title or no language")
    missing = glyphs.make_printable(root)
    for link in root.iter("a"):
        if not (link.get("href") or "#").strip().lower().startswith((*LINKS, PART)):
            del link.attrib["href"]
    recorder = finishing.Recorder(fields.find(root))
    finishing.install(recorder)
    stylesheets = [_house_stylesheet(), *([_stylesheet(css)] if css else [])]
    try:
        document = page.render(font_config=_font_configuration(), stylesheets=stylesheets, pdf_variant="pdf/a-2a")
        data = document.write_pdf(finisher=recorder.finish, pdf_variant="pdf/a-2a", uncompressed_pdf=True)
    finally:
        # Also when the engine stumbled over it: what the person must hear is that the file was not ours.
        _refuse(fetcher)
    with pikepdf.open(io.BytesIO(data)) as pdf:
        return Rendered(saved(pdf), len(pdf.pages), tuple(missing))


def _refuse(fetcher: Fetcher) -> None:
    if fetcher.refused:
        raise CannotRender(f"the page asked for files that are not ours: {', '.join(fetcher.refused[:3])}")


def saved(pdf: pikepdf.Pdf) -> bytes:
    """The bytes of a PDF: small, without leftovers, and the same for the same content."""
    output = io.BytesIO()
    pdf.remove_unreferenced_resources()
    pdf.save(output, deterministic_id=True, object_stream_mode=pikepdf.ObjectStreamMode.generate, compress_streams=True)
    return output.getvalue()
