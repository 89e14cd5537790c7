"""Facts: those that nobody can trace, and those that have expired.

The rule for the first looks for a *statistic*: a share (55 percent, one in three), a sum of money, a number of a
thousand or more, or a number of things with the year it was counted. Examples and exercises are invented, so they
may have any; so may a paragraph from where it only supposes ("Suppose 30 students …"). The course's own pass mark is a
rule, no fact. A source mark covers its paragraph, but the sentence that bears it and a statistic wants a date too.
"""

import datetime
import re
from collections.abc import Collection, Iterator

from modules import facts
from modules.checking.reading import PROSE, line_of, texts
from modules.loader import Composed, Problem

INVENTED = {"example", "try"}
_NUMBER = r"(?<![\w.,-])\d[\d,.]*(?<![.,])"
_COUNTED = "two|three|four|five|six|seven|eight|nine|ten|twenty|hundred"
_TENTHS = "|".join(("ten", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety", "half"))
SHARE = re.compile(
    rf"({_NUMBER}|\b(?:{_TENTHS})(?:-\w+)?)\s?(?:percent|per cent|%)"
    rf"|\b(?:one|{_COUNTED}|\d+) (?:in|out of) (?:every )?(?:{_COUNTED}|\d+)\b",
    re.IGNORECASE,
)
MONEY = re.compile(r"\$\s?\d")
LARGE = re.compile(rf"{_NUMBER} (?:thousand|million|billion)\b|(?<![\w.,-])\d{{1,3}}(?:,\d{{3}})+\b")
YEAR = re.compile(r"\b(?:19|20)\d\d\b")
COUNT = re.compile(r"(?<![\w.,$§-])\d{2,3} (?:[a-z-]+ )?[a-z]+s\b")
_MONTH_BEFORE = re.compile(
    r"(?:January|February|March|April|May|June|July|August|September|October|November|December) $"
)
SUPPOSES = re.compile(r"^[“\"']?(?:If|Say|Suppose|Imagine|Assume|Let’s say|Picture)\b")


def unlabelled(course: Composed) -> Iterator[Problem]:
    """Sentences with a statistic that is no `.fact`, or that names no source at all."""
    own = {str(item.data["pass"]) for item in course.items if "pass" in item.data}
    for text in texts(course):
        for block in text.blocks:
            if block.tag not in PROSE | {"td"} or block.box in INVENTED:
                continue
            for sentence in block.sentences:
                if SUPPOSES.search(sentence.words):
                    break
                found = statistic(sentence.words, own)
                if not found or sentence.is_fact or (block.is_sourced and not sentence.is_cited):
                    continue
                wanted = (
                    'has a source and no date; expected [Whole sentences.]{.fact source="…" dated="…"}.'
                    if sentence.is_cited
                    else "has no source; expected a fact with one, or an invented figure in an example."
                )
                yield Problem(text.reading.path, line_of(text.reading, sentence.words), f"“{found}” {wanted}")


def statistic(sentence: str, own: Collection[str] = ()) -> str:
    """The statistic in a sentence; empty where there is none. `own` are percentages that the course itself sets."""
    for share in SHARE.finditer(sentence):
        if share[1] not in own:
            return share[0]
    for pattern in (MONEY, LARGE):
        if match := pattern.search(sentence):
            return sentence[match.start() :].split()[0].rstrip(".,;:") if pattern is MONEY else match[0]
    for match in COUNT.finditer(sentence) if YEAR.search(sentence) else ():
        if not _MONTH_BEFORE.search(sentence[: match.start()]):
            return match[0]
    return ""


def expired(course: Composed, today: datetime.date) -> Iterator[Problem]:
    """Facts that pages leave out by now: their sentences want a newer source, or an end."""
    for text in texts(course):
        for fact in facts.ageing(text.html):
            if fact.is_expired(today):
                message = f"The fact of {fact.dated} expired after {fact.expires}; pages leave it out."
                yield Problem(text.reading.path, line_of(text.reading, fact.words), message)
