"""Facts that age: a page leaves their sentences out once their month has passed."""

import datetime
import html
import re
from collections.abc import Iterator
from dataclasses import dataclass

_FACT = re.compile(r'<span class="fact"[^>]* data-expires="(\d{4}-\d{2})"[^>]*>.*?</span>\s*', re.DOTALL)
_DATED = re.compile(r' data-dated="([^"]*)"')
_EMPTY = re.compile(r"<(p|li|ul|ol)>\s*</\1>\n?")
_CITE = re.compile(r'<sup class="cite">.*?</sup>', re.DOTALL)
_TAG = re.compile(r"<[^>]+>")


@dataclass(frozen=True)
class Ageing:
    """A fact with an end. `dated` and `expires` are months such as 2026-10; it holds to the last day of the latter."""

    words: str
    dated: str
    expires: str

    def is_expired(self, today: datetime.date) -> bool:
        return self.expires < f"{today:%Y-%m}"

    @property
    def last_day(self) -> datetime.date:
        year, month = map(int, self.expires.split("-"))
        return datetime.date(year + month // 12, month % 12 + 1, 1) - datetime.timedelta(days=1)


def ageing(markup: str) -> Iterator[Ageing]:
    """The facts of sanitised course HTML that have an end, in order."""
    for fact in _FACT.finditer(markup) if "data-expires=" in markup else ():
        dated = _DATED.search(fact[0])
        words = html.unescape(_TAG.sub("", _CITE.sub("", fact[0])))
        yield Ageing(" ".join(words.split()), dated[1] if dated else "", fact[1])


def without_expired(markup: str, today: datetime.date) -> str:
    """Sanitised course HTML without the facts that expired before this month; the same string where none ages."""
    if "data-expires=" not in markup:
        return markup
    month = f"{today:%Y-%m}"
    kept = _FACT.sub(lambda fact: fact[0] if fact[1] >= month else "", markup)
    if kept == markup:
        return markup
    while (left := _EMPTY.sub("", kept)) != kept:  # an item is empty when its paragraph has gone
        kept = left
    return kept
