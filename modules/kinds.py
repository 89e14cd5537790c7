"""What the course itself registers: the page, a kind of item that needs no other app, and the toolbox as documents."""

from typing import Any

from foundation.documents import registry as documents
from foundation.documents.registry import DocumentKind
from modules import exports, itemkinds
from modules.itemkinds import Parsed
from modules.loader import differences
from modules.loader.source import Reading

PAGE = "page"
SUMMARY_LINES = 2


def register() -> None:
    """Called once from `AppConfig.ready()`."""
    itemkinds.register(itemkinds.ItemKind(name=PAGE, label="Page", parse=parse_page, differences=page_differences))
    documents.register(
        DocumentKind("resource", "modules/print/resource.html", exports.resource_content, exports.may_read_resource)
    )
    documents.register(
        DocumentKind("toolbox", "modules/print/toolbox.html", exports.toolbox_content, exports.may_read_toolbox)
    )


def parse_page(reading: Reading) -> Parsed:
    """A text to read, with a summary of at most two lines."""
    summary = [reading.to_text(line) for line in reading.get("summary", list, []) if isinstance(line, str)]
    if len(summary) > SUMMARY_LINES:
        reading.problem(f"summary has {len(summary)} lines; expected at most {SUMMARY_LINES}.", near="summary")
    if not reading.text.strip():
        reading.problem("The page has no text.", line=reading.text_line)
    reading.no_more_keys()
    return Parsed(reading.to_html(reading.text), {"summary": summary})


def page_differences(old: dict[str, Any], new: dict[str, Any]) -> list[str]:
    before, after = (" ".join(data.get("summary") or []) for data in (old, new))
    return [f"Summary: {said}" for said in differences.of_words(before, after)] if before != after else []
