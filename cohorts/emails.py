"""Letters to people who are not here yet."""

from dataclasses import replace

from django.utils import formats
from django.utils.html import escape

from cohorts.models import Cohort
from foundation.notices import emails
from foundation.notices.emails import Letter
from foundation.richtext import cleaning

# Stands for the link while one letter is written for a whole roster.
_LINK = "/invitations/this-person/"


def invitation(cohort: Cohort) -> Letter:
    """The invitation to a cohort, written once for everybody; `with_link` makes it somebody's own."""
    title = cohort.edition.title
    starts, ends = (formats.date_format(day, "F j, Y") for day in (cohort.starts_on, cohort.ends_on))
    return emails.letter(
        subject=f"Your invitation to {title}",
        paragraphs=[
            f"{cohort.consortium.name} invites you to take {title}.",
            f"Your cohort is {cohort.title}. It runs online from {starts} to {ends}, in your own time, about "
            f"{cohort.edition.hours:g} hours altogether.",
        ],
        body_html=cohort.welcome,
        body_text=cleaning.text_of(cohort.welcome),
        path=_LINK,
        button="Accept the invitation",
        why="This link is yours alone. If you did not expect it, you need not do anything.",
    )


def with_link(letter: Letter, path: str) -> Letter:
    return replace(letter, text=letter.text.replace(_LINK, path), html=letter.html.replace(_LINK, escape(path)))
