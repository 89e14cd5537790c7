import sys
from typing import Any

from django.core.checks import CheckMessage, Error, Tags, Warning, register

from foundation.documents.rendering import versions
from foundation.documents.rendering.protocol import FONTS

_LINE = {
    "darwin": "brew install pango",
    "linux": "apt-get install libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0   (Debian, Ubuntu)",
}


@register(Tags.compatibility)
def system_check(**kwargs: Any) -> list[CheckMessage]:
    """Say what the renderer lacks and the line that gets it, before a document fails for it."""
    line = _LINE.get(sys.platform, "install Pango 1.44 or newer")
    problems: list[CheckMessage] = []
    if not versions.pango():
        problems.append(
            Error("PDFs need the system library Pango, which is not here.", hint=f"Run: {line}", id="documents.E001")
        )
    if not versions.fonts():
        problems.append(
            Error("PDFs need their fonts.", hint=f"Restore the .ttf files in {FONTS}.", id="documents.E002")
        )
    if sys.platform == "linux" and not versions.subsetter():
        problems.append(
            Warning(
                "PDFs take twice as long without the library libharfbuzz-subset.",
                hint=f"Run: {line}",
                id="documents.W001",
            )
        )
    return problems
