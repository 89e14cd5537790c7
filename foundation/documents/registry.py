"""What documents there are. Apps above register kinds in `AppConfig.ready()`; none of it is known here."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from accounts.models import User


@dataclass(frozen=True)
class Content:
    """Everything that one document says.

    `context` goes to the kind's template and must be plain JSON: its hash is the document's name. The print templates
    use these keys where they are there: `lang`, `summary`, `authors` (list), `dated` (ISO date of the content, never of
    the printing), `running` (head of the pages), `foot`, `kicker`, `cover_lines` (list), `accent` (the region's, as
    `#rrggbb`). `parts` makes it a bundle: (kind, subject_id) of what is made as documents of their own and bound behind
    the template's pages, which are then the front (`documents/print/contents.html`); a part's `summary` is its line in
    the contents.
    """

    title: str
    context: dict[str, Any] = field(default_factory=dict)
    parts: list[tuple[str, str]] = field(default_factory=list)


@dataclass(frozen=True)
class DocumentKind:
    """A kind of document.

    `build(subject_id, user)` reads what the document says now; it raises `ObjectDoesNotExist` where there is no such
    subject. `may_read(user, subject_id)` is asked when someone wants the document, looks at it and downloads it.
    `filename` gets the content's title; without it the file is called after the title.
    """

    name: str
    template: str
    build: Callable[[str, User], Content]
    may_read: Callable[[User, str], bool]
    filename: Callable[[str], str] | None = None


_kinds: dict[str, DocumentKind] = {}


def register(kind: DocumentKind) -> None:
    """Make a kind known. Registering a name twice with different kinds is a mistake of ours."""
    if _kinds.setdefault(kind.name, kind) != kind:
        raise ValueError(f"Two kinds of document are called {kind.name!r}.")


def get(name: str) -> DocumentKind:
    """The kind of this name, or LookupError."""
    return _kinds[name]
