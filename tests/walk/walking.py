"""How the walk goes: addresses from the table, requests that leave nothing behind, and every byte of an answer."""

import io
import json
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.core.signals import request_finished
from django.db import close_old_connections, transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from tests.walk.expected import Route
from tests.walk.world import Things


@dataclass(frozen=True)
class Pattern:
    """An address of the URL resolver: its full name, the names of its arguments, and how it is written."""

    name: str
    arguments: frozenset[str]
    route: str


def patterns() -> list[Pattern]:
    """Every address that the site answers, whoever included it."""
    return list(_patterns(get_resolver(), "", "", frozenset()))


def _patterns(resolver: URLResolver, spaces: str, prefix: str, arguments: frozenset[str]) -> Iterator[Pattern]:
    for each in resolver.url_patterns:
        taken = arguments | frozenset(each.pattern.converters) | frozenset(each.pattern.regex.groupindex)
        if isinstance(each, URLPattern):
            yield Pattern(f"{spaces}{each.name or ''}", taken, prefix + str(each.pattern))
        else:
            inner = f"{spaces}{each.namespace}:" if each.namespace else spaces
            yield from _patterns(each, inner, prefix + str(each.pattern), taken)


ARGUMENTS = {pattern.name: pattern.arguments for pattern in patterns()}


def arguments(route: Route, things: Things) -> dict[str, Any]:
    found = {}
    for name in ARGUMENTS[route.name]:
        source = route.ids.get(name, name)
        found[name] = source[1:] if source.startswith("=") else things.ids[source]
    return found


def address(route: Route, things: Things) -> str:
    return reverse(route.name, kwargs=arguments(route, things))


def filled(value: Any, things: Things) -> Any:
    """`{name}` alone stands for the thing itself; numbers stay numbers."""
    if isinstance(value, dict):
        return {key: filled(each, things) for key, each in value.items()}
    if isinstance(value, str) and value.startswith("{") and value.endswith("}"):
        return things.ids[value[1:-1]]
    return value


def send(client: Client, method: str, url: str, route: Route | None, things: Things, **headers: Any) -> Any:
    """A request whose effects are taken back, so that the next one finds the same world."""
    given: dict[str, Any] = {}
    if method == "post":
        given = {"data": filled(dict(route.data), things) if route else {}}
    elif method in ("put", "delete", "patch"):
        body = filled(dict(route.json), things) if route else {}
        given = {"data": json.dumps(body), "content_type": "application/json"}
    with transaction.atomic():
        answer = getattr(client, method)(url, headers=headers, **given)
        answer.bytes = everything(answer)
        transaction.set_rollback(True)
    return answer


def body_of(answer: Any) -> bytes:
    """All of an answer, streamed or not. Closing it ends the request, which must not end the test's connection."""
    if not answer.streaming:
        return bytes(answer.content)
    body = b"".join(answer.streaming_content)
    request_finished.disconnect(close_old_connections)
    answer.close()
    request_finished.connect(close_old_connections)
    return body


def everything(answer: Any) -> bytes:
    """Every byte of an answer, its headers and, of a workbook, what is packed in it."""
    body = body_of(answer)
    if "spreadsheetml" in answer.get("Content-Type", ""):
        with zipfile.ZipFile(io.BytesIO(body)) as book:
            body = b"".join(book.read(name) for name in book.namelist())
    return body + str(dict(answer.headers)).encode() + answer.cookies.output().encode()
