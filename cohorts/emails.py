"""Letters to people who are not here yet."""

from dataclasses import replace

from django.template.defaultfilters import floatformat
from django.utils import formats
from django.utils.html import escape
from django.utils.text import get_text_list

from cohorts.models import Cohort
from foundation.notices import emails
from foundation.notices.emails import Letter
from foundation.richtext import cleaning

# Stand for the greeting and the link while one letter is written for a whole roster.
_GREETING = "Hello this person,"
_LINK = "/invitations/this-person/"


def invitation(cohort: Cohort) -> Letter:
    """The invitation to a cohort, written once for everybody; `made_out` makes it somebody's own."""
    title = cohort.edition.title
    facilitators = [person.name for person in cohort.facilitators.order_by("first_name", "last_name", "pk")]
    starts, ends = (formats.date_format(day, "F j, Y") for day in (cohort.starts_on, cohort.ends_on))
    return emails.letter(
        subject=f"Your invitation to the {title}",
        paragraphs=[
            _GREETING,
            f"{cohort.consortium.name} invites you to take the {title}.",
            f"Your cohort is {cohort.title}. It runs online from {starts} to {ends}, in your own time, about "
            f"{floatformat(cohort.edition.hours)} hours altogether."
            + (f" {get_text_list(facilitators, 'and')} will be with you." if facilitators else ""),
        ],
        body_html=cohort.welcome,
        body_text=cleaning.text_of(cohort.welcome),
        path=_LINK,
        button="Accept the invitation",
        why="This link is yours alone. If you did not expect it, you need not do anything.",
    )


def made_out(letter: Letter, *, first_name: str, path: str) -> Letter:
    """The letter with one person's greeting and link."""
    greeting = f"Hello {first_name}," if first_name else "Hello,"
    return replace(
        letter,
        text=letter.text.replace(_GREETING, greeting).replace(_LINK, path),
        html=letter.html.replace(_GREETING, escape(greeting)).replace(_LINK, escape(path)),
    )
