"""What cohorts register with apps below."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.utils import formats

from accounts import exports as own_records
from cohorts import exports
from foundation.documents import registry as documents
from foundation.documents.registry import DocumentKind
from foundation.notices import registry as notices
from foundation.notices.registry import Delivery, NoticeKind, Topic
from modules import readers


def register() -> None:
    """Called once from `AppConfig.ready()`."""
    notices.register_topic(
        Topic(
            "reminders",
            "Reminders before a date",
            help="Two days before something is due, and once more the day before; only for what you haven’t done.",
            options=(Delivery.NOW, Delivery.PAGE),
        )
    )
    notices.register(NoticeKind("reminder", _reminder_subject, _reminder, topic="reminders", button="Go there"))
    notices.register(NoticeKind("announcement", _announcement_subject, _announcement, button="Read it on the course"))
    documents.register(
        DocumentKind(
            name="certificate",
            template="cohorts/print/certificate.html",
            build=exports.certificate,
            may_read=exports.may_read_certificate,
        )
    )
    own_records.register("enrolments", exports.own_enrolments)
    own_records.register("invitations", exports.own_invitations)
    readers.register(exports.belongs_to_consortium)


def _reminder_subject(data: Mapping[str, Any]) -> str:
    return f"{data['label']} {_when(data)}: {data['item']}"


def _reminder(data: Mapping[str, Any]) -> str:
    zone = ZoneInfo(data["time_zone"])
    at = datetime.fromisoformat(data["at"]).astimezone(zone)
    words = formats.date_format(at, "l, F j, g:i a")
    return f"“{data['item']}” in {data['cohort']} still waits for you. {data['label']} {words} ({at.tzname()})."


def _when(data: Mapping[str, Any]) -> str:
    at = datetime.fromisoformat(data["at"]).astimezone(ZoneInfo(data["time_zone"]))
    return formats.date_format(at, "l")


def _announcement_subject(data: Mapping[str, Any]) -> str:
    return f"{data['cohort']}: {data['title']}"


def _announcement(data: Mapping[str, Any]) -> str:
    return f"{data['author']} wrote to everyone in {data['cohort']}.\n\n{data['text']}"
