"""Facts that age: a page leaves their sentences out once their month has passed."""

import datetime
import re

_FACT = re.compile(r'<span class="fact"[^>]* data-expires="(\d{4}-\d{2})"[^>]*>.*?</span>\s*', re.DOTALL)
_EMPTY = re.compile(r"<(p|li)>\s*</\1>\n?")


def without_expired(html: str, today: datetime.date) -> str:
    """Sanitised course HTML without the facts that expired before this month; the same string where none ages."""
    if "data-expires=" not in html:
        return html
    month = f"{today:%Y-%m}"
    kept = _FACT.sub(lambda fact: fact[0] if fact[1] >= month else "", html)
    return html if kept == html else _EMPTY.sub("", kept)
