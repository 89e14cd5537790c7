"""The words of an e-mail: plain text, and the same in one quiet column with one button."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from django.conf import settings
from django.template.loader import render_to_string

from foundation.notices import registry
from foundation.notices.models import Notice


@dataclass(frozen=True)
class Letter:
    subject: str
    text: str
    html: str


def letter(
    *,
    subject: str,
    paragraphs: Sequence[str],
    path: str,
    button: str,
    body_html: str = "",
    body_text: str = "",
    why: str = "",
) -> Letter:
    """A letter with one link, which starts with the configured address.

    `body_html` is sanitised HTML for the place between paragraphs and button, `body_text` its words; `why` it came.
    """
    context = {
        "subject": one_line(subject),
        "paragraphs": paragraphs,
        "url": settings.SITE_URL + path,
        "button": button,
        "body_html": body_html,
        "body_text": body_text,
        "why": why,
    }
    return _render("letter", context)


def of_notice(notice: Notice) -> Letter:
    kind = registry.get(notice.kind)
    return letter(
        subject=kind.subject(notice.data),
        paragraphs=paragraphs(kind.text(notice.data)),
        path=notice.url,
        button=kind.button,
        why="You get this because you take part in a course here. Under Settings you choose what is mailed to you.",
    )


@dataclass(frozen=True)
class Entry:
    """A notice in a digest: a line, its first words and a link."""

    subject: str
    paragraphs: list[str]
    url: str


def entry_of(notice: Notice) -> Entry:
    kind = registry.get(notice.kind)
    return Entry(
        one_line(kind.subject(notice.data)), paragraphs(kind.text(notice.data))[:1], settings.SITE_URL + notice.url
    )


def digest(entries: Sequence[Entry]) -> Letter:
    """What happened since yesterday, a line and a link each."""
    subject = entries[0].subject if len(entries) == 1 else f"{len(entries)} things from your course"
    return _render(
        "digest",
        {"subject": subject, "entries": entries, "url": settings.SITE_URL + "/notices/", "button": "See all notices"},
    )


def paragraphs(text: str) -> list[str]:
    return [part.strip() for part in re.split(r"\n\s*\n", text) if part.strip()]


def one_line(text: str) -> str:
    """A subject: without line ends, which a header may not have."""
    return " ".join(text.split())[:250]


def _render(name: str, context: dict[str, object]) -> Letter:
    text = render_to_string(f"notices/emails/{name}.txt", context)
    return Letter(
        str(context["subject"]),
        re.sub(r"\n{3,}", "\n\n", text).strip() + "\n",
        render_to_string(f"notices/emails/{name}.html", context),
    )
