"""A notice kind of the tests, and a post office that keeps what it was given."""

import smtplib
from collections.abc import Iterator
from typing import Any

import pytest
from django.core import mail
from django.core.mail.backends import locmem

from foundation.notices import registry
from foundation.notices.registry import Delivery


@pytest.fixture(autouse=True)
def kinds(monkeypatch: pytest.MonkeyPatch) -> None:
    """Kinds of the tests beside those of the application."""
    monkeypatch.setattr(registry, "_kinds", dict(registry._kinds))
    monkeypatch.setattr(registry, "_topics", dict(registry._topics))
    registry.register_topic(registry.Topic("whispers", "Whispers"))
    for name, delivery in (("spoken", Delivery.NOW), ("gathered", Delivery.DIGEST), ("shown", Delivery.PAGE)):
        registry.register(
            registry.NoticeKind(
                name,
                subject=lambda data: f"{data['who']} said\nsomething",
                text=lambda data: f"It was <this>.\n\n{data['who']} & you.",
                delivery=delivery,
                topic="whispers" if name == "spoken" else "",
            )
        )


class Sink(locmem.EmailBackend):
    """A mail server that does what the test tells it."""

    trouble: Exception | None = None
    away: bool = False

    def open(self) -> bool:
        if Sink.away:
            raise ConnectionRefusedError("nobody listens")
        return True

    def send_messages(self, messages: Any) -> int:
        if Sink.trouble is not None:
            raise Sink.trouble
        return int(super().send_messages(messages))


@pytest.fixture
def sink(settings: Any) -> Iterator[type[Sink]]:
    settings.MAIL_DELIVERY_BACKEND = "tests.notices.conftest.Sink"
    Sink.trouble, Sink.away = None, False
    mail.outbox = []
    yield Sink
    Sink.trouble, Sink.away = None, False


REFUSED = smtplib.SMTPRecipientsRefused({"gone@example.org": (550, b"no such person")})


@pytest.fixture(autouse=True)
def _without_second_factor(settings: Any) -> None:
    """Staff of the tests sign in by password alone; that a second factor is asked of them is tested with sign-in."""
    settings.SECOND_FACTOR_REQUIRED = False
