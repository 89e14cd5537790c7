"""Reading what a script sends: JSON, of a bounded size, without characters that one of the databases cannot hold."""

import json
from collections.abc import Iterator
from typing import Any

from django.http import HttpRequest

LIMIT = 512 * 1024


class BadBody(ValueError):
    """What came cannot be used; `status` and `message` are for the answer."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.message = message


def is_storable(text: str) -> bool:
    """Whether both databases hold this text: SQLite stores NUL and lone surrogates, PostgreSQL refuses them."""
    return "\x00" not in text and not any("\ud800" <= c <= "\udfff" for c in text)


def read(request: HttpRequest, *, limit: int = LIMIT) -> dict[str, Any]:
    """The request's JSON object.

    Raises BadBody: 413 too large, 400 not an object, 422 characters that cannot be stored, 401 another person's tab.
    """
    if request.headers.get("X-Person", str(request.user.pk)) != str(request.user.pk):
        # The tab was opened by someone who is not the one signed in now: their words must not enter this account.
        raise BadBody(401, "Someone else is signed in here now. Sign in as yourself to save.")
    if int(request.headers.get("Content-Length") or 0) > limit:
        raise BadBody(
            413, "This is more than can be saved at once. Shorten it; what you wrote is still in this window."
        )
    try:
        data = json.loads(request.body)
    except (ValueError, RecursionError):
        raise BadBody(400, "The text did not arrive whole.") from None
    if not isinstance(data, dict):
        raise BadBody(400, "The text did not arrive whole.")
    if not all(map(is_storable, _texts(data))):
        raise BadBody(
            422, "The text has a character that cannot be stored. Delete unusual symbols near where you last pasted."
        )
    return data


def _texts(data: Any) -> Iterator[str]:
    """Every text in a piece of JSON, keys included."""
    left = [data]
    while left:
        value = left.pop()
        if isinstance(value, str):
            yield value
        elif isinstance(value, dict):
            left += [*value.keys(), *value.values()]
        elif isinstance(value, list):
            left += value
