"""Pages and documents to make in tests: kinds of document over a dictionary, and HTML that has everything."""

import io
from typing import Any

import page as validator
import pikepdf

from accounts.models import User
from foundation.documents.registry import Content, DocumentKind, register

# What the kinds of this folder say now, by subject; a test changes it to change the document.
SUBJECTS: dict[str, dict[str, Any]] = {}

WORDS = "The speaker tells what a day looks like, and students ask what they prepared. "
DATES = '<meta name="dcterms.created" content="2026-11-02"><meta name="dcterms.modified" content="2026-11-02">'
ROWS = "".join(
    f'<tr><th scope="row">Step {n}</th><td><a href="https://example.org/{n}">A place to look up the step</a></td></tr>'
    for n in range(1, 41)
)
BODY = f"""
<p class="kicker">Resource 3</p><h1>Guest speaker planner</h1><p class="lede">Plan one visit.</p>
<h2 id="before">Before the visit</h2>
<p>See <a href="https://example.org/guide">the guide to speakers</a> and <a href="#after">what comes after</a>.</p>
<p><span lang="es">Aprendizaje</span> is <abbr title="work-based learning">WBL</abbr>: é ñ ł ☐ ✓ → ≤ ★.</p>
<p aria-hidden="true">Decoration nobody hears</p>
<ul><li>One<ul><li>Nested</li></ul></li><li><p>In a paragraph</p></li></ul>
<ul class="checklist"><li><span class="box">☐</span>Room booked</li></ul>
<dl><dt>Audience</dt><dd>First-year students</dd><dt>Outcome</dt><dd><p>One.</p><p>Two.</p></dd></dl>
<aside class="example"><p class="label">Example</p><p>Chef Ramos brought the invoices of one week.</p></aside>
<figure><svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 60 9" role="img"><title>Three stages</title>
<rect width="60" height="9" fill="#8fb8c0"/></svg><figcaption>The continuum.</figcaption></figure>
<p><a href="https://example.org/map"><svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9" width="30">
<title>Map</title><rect width="9" height="9"/></svg></a></p>
<h2 id="after">After the visit</h2>
<table><caption>Steps</caption><thead><tr><th scope="col">Step</th><th scope="col">Where</th></tr></thead>
<tbody>{ROWS}</tbody></table>
<p>{WORDS * 40}</p><p>{WORDS * 40}</p>
"""


def html(body: str = BODY, *, title: str = "Guest speaker planner", css_class: str = "opening") -> str:
    """A whole page of the print templates' kind."""
    head = f'<head><meta charset="utf-8"><title>{title}</title>{DATES}</head>'
    attributes = f'class="{css_class}" data-running="Toolbox of work-based learning" data-foot="Home Region"'
    return f'<!doctype html><html lang="en-US">{head}<body {attributes}>{body}</body></html>'


def failures(pdf: bytes) -> list[str]:
    """What the validator finds against PDF/UA-1 and PDF/A-2a.

    It measures a stream by its end, and takes a last byte of data that happens to be a carriage return for a part of
    the line end; that one rule is checked here from the other side, by reading each stream.
    """
    found = []
    for profile in ("ua1", "2a"):
        report = validator.validate_pdf_bytes(pdf, profile=profile)
        found += [f"{item.rule_id}: {item.message}" for item in report.failures if "STREAM-LENGTH" not in item.rule_id]
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        found += opened.check_pdf_syntax()
    return found


def _build(subject_id: str, user: User) -> Content:
    subject = SUBJECTS[subject_id]
    return Content(
        subject["title"], {"body": subject.get("body", ""), "dated": "2026-11-02", **subject.get("context", {})}
    )


def _build_bundle(subject_id: str, user: User) -> Content:
    subject = SUBJECTS[subject_id]
    context = {
        "kicker": "Toolbox",
        "summary": "Everything for one visit.",
        "dated": "2026-11-02",
        "cover_lines": ["Home Region"],
    }
    return Content(subject["title"], context, [("sheet", part) for part in subject["parts"]])


def may_read(user: User, subject_id: str) -> bool:
    """In this small world a subject names the people who may read it."""
    return user.email in SUBJECTS.get(subject_id, {}).get("readers", ["reader@example.org"])


register(DocumentKind("sheet", "print_sheet.html", _build, may_read))
register(DocumentKind("binder", "documents/print/contents.html", _build_bundle, may_read))
