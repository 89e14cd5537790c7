"""Every character must be in one of our fonts: what is not would print as an empty box, or as nothing."""

import functools
import unicodedata
from xml.etree.ElementTree import Element

from fontTools.ttLib import TTFont

from foundation.documents.rendering.versions import fonts

REPLACEMENT = "\N{REPLACEMENT CHARACTER}"
_SPOKEN = ("alt", "aria-label", "title", "content")


@functools.cache
def known() -> frozenset[int]:
    """The code points that the bundled fonts can draw, and the white space that needs no drawing."""
    points = {ord(character) for character in "\t\n\r\f"}
    for path in fonts():
        with TTFont(path, lazy=True) as font:
            points.update(font.getBestCmap())
    return frozenset(points)


def printable(text: str, missing: set[str]) -> str:
    """The text with each character that no font has replaced by something one can see; `missing` collects them."""
    if text.isascii() or all(ord(character) in known() for character in text):
        return text
    pieces = []
    for character in unicodedata.normalize("NFC", text):
        if ord(character) in known():
            pieces.append(character)
        elif unicodedata.category(character) in ("Cf", "Mn", "Me", "Cc"):
            pass  # joins or modifies a neighbour and has no form of its own, such as the selector after an emoji
        else:
            missing.add(character)
            name = unicodedata.name(character, "").lower()
            # A pictograph has a name that says what it shows; a letter of another script has none that would help.
            pieces.append(f"[{name}]" if name and unicodedata.category(character) == "So" else REPLACEMENT)
    return "".join(pieces)


def make_printable(root: Element) -> list[str]:
    """Replace, in a whole page, what the fonts lack. Returns the characters that were replaced, sorted."""
    missing: set[str] = set()
    for element in root.iter():
        if element.text and isinstance(element.tag, str):
            element.text = printable(element.text, missing)
        if element.tail:
            element.tail = printable(element.tail, missing)
        for name in _SPOKEN:
            if value := element.get(name):
                element.set(name, printable(value, missing))
    return sorted(missing)
