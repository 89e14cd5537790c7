"""Which programs and fonts make the pages: part of a document's name, because another version may draw another page."""

import ctypes
import functools
import hashlib
import importlib.metadata
from pathlib import Path

from foundation.documents.rendering.protocol import FONTS, STYLESHEET

PANGO = (
    "libpango-1.0.so.0",
    "libpango-1.0.dylib",
    "/opt/homebrew/lib/libpango-1.0.dylib",
    "/usr/local/lib/libpango-1.0.dylib",
)
HARFBUZZ = (
    "libharfbuzz.so.0",
    "libharfbuzz.dylib",
    "/opt/homebrew/lib/libharfbuzz.dylib",
    "/usr/local/lib/libharfbuzz.dylib",
)


def _library_version(names: tuple[str, ...], function: str) -> str:
    for name in names:
        try:
            call = getattr(ctypes.CDLL(name), function)
        except (OSError, AttributeError):
            continue  # the next place to look; none of them is an answer of its own, see `system_check` in checks.py
        call.restype = ctypes.c_char_p
        return str(call().decode())
    return ""


def pango() -> str:
    """Pango's version, or "" where it is not installed."""
    return _library_version(PANGO, "pango_version_string")


def harfbuzz() -> str:
    """HarfBuzz's version, or "" where it is not installed."""
    return _library_version(HARFBUZZ, "hb_version_string")


def _digest(paths: list[Path]) -> str:
    """One hash over the names and bytes of files, in the order of their names."""
    digest = hashlib.sha256()
    for path in sorted(paths):
        data = path.read_bytes()
        digest.update(f"{path.name} {len(data)}\n".encode() + data)
    return digest.hexdigest()


def fonts() -> list[Path]:
    """The font files that pages are set in."""
    return sorted(FONTS.glob("*.ttf"))


@functools.cache
def fingerprint() -> dict[str, str]:
    """Everything but the content and its template that decides what the pages look like."""
    return {
        "weasyprint": importlib.metadata.version("weasyprint"),
        "pikepdf": importlib.metadata.version("pikepdf"),
        "pango": pango(),
        "harfbuzz": harfbuzz(),
        "fonts": _digest(fonts()),
        "stylesheet": _digest([STYLESHEET]),
        "renderer": _digest(list(Path(__file__).parent.glob("*.py"))),
    }


def subsetter() -> bool:
    """Whether HarfBuzz's subsetter is here, which WeasyPrint uses to make fonts small."""
    try:
        ctypes.CDLL("libharfbuzz-subset.so.0")
    except OSError:
        return False
    return True
