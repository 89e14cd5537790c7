"""Asking for a document, and its life: queued, claimed, done or dead. The row is the truth; Celery only wakes."""

import datetime
import functools
import hashlib
import logging
import time
import uuid

from celery import current_app
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from accounts.models import User
from foundation.documents import exports, registry, storage
from foundation.documents.models import MAX_ATTEMPTS, Document, DocumentRequest, Part
from foundation.documents.rendering.process import RenderingEnded, RenderingFailed, Result
from foundation.faultpoints import faultpoint

LEASE = datetime.timedelta(
    seconds=30
)  # renewed before each step; longer than a start of the renderer and a step at its limit
WAKE_AGAIN = datetime.timedelta(seconds=20)
BROKER_PAUSE = 20.0  # seconds without asking a broker that did not answer; the sweeper goes on

logger = logging.getLogger(__name__)


class Broker:
    """Passes messages to the worker; after it failed it is left alone for a while, so that nobody waits for it."""

    def __init__(self) -> None:
        self.rests_until = 0.0

    def send(self, document_id: int) -> None:
        """Tell a worker of a document, or write down that it could not be told."""
        if time.monotonic() < self.rests_until:
            return
        try:
            current_app.send_task("foundation.documents.tasks.render", args=[document_id], retry=False)
        except Exception:
            self.rests_until = time.monotonic() + BROKER_PAUSE
            logger.warning("The broker did not take document %s; the sweeper will.", document_id, exc_info=True)


_broker = Broker()


@transaction.atomic
def ask(*, user: User, kind: str, subject_id: str) -> DocumentRequest:
    """Somebody wants a document of what is there now. The same content asked for twice is one document.

    Raises:
        LookupError: there is no such kind.
        PermissionDenied: this person may not read it.
        ObjectDoesNotExist: there is no such subject.
    """
    chosen = registry.get(kind)
    if not chosen.may_read(user, subject_id):
        raise PermissionDenied
    document = _document(chosen, chosen.build(subject_id, user), user)
    request, _ = DocumentRequest.objects.get_or_create(user=user, document=document, kind=kind, subject_id=subject_id)
    return request


def _document(kind: registry.DocumentKind, content: registry.Content, user: User) -> Document:
    """The document of this content, and first those of its parts, queued where they are not there yet."""
    parts = []
    for name, subject_id in content.parts:
        part_kind = registry.get(name)
        part_content = part_kind.build(subject_id, user)
        parts.append((_document(part_kind, part_content, user), str(part_content.context.get("summary") or "")))
    key = exports.key(kind, content, [part.key for part, _ in parts])
    document, created = Document.objects.get_or_create(
        key=key,
        defaults={
            "kind": kind.name,
            "title": content.title[:300],
            "context": content.context,
            "wake_at": timezone.now() + WAKE_AGAIN,
        },
    )
    if created:
        Part.objects.bulk_create(
            Part(bundle=document, document=part, position=position, about=about[:300])
            for position, (part, about) in enumerate(parts, start=1)
        )
    elif document.state == Document.State.DEAD:
        # Asked for again after it failed: the person's own try, with its own three attempts.
        _queue(document)
    if not document.is_finished and not any(part.state != Document.State.DONE for part, _ in parts):
        wake(document_id=document.pk)
    return document


def _queue(document: Document) -> None:
    Document.objects.unchanged(document).update(
        state=Document.State.QUEUED,
        attempts=0,
        error="",
        path="",
        sha256="",
        size=0,
        pages=0,
        finished_at=None,
        token=None,
        lease_until=None,
        wake_at=timezone.now() + WAKE_AGAIN,
    )
    document.refresh_from_db()


@transaction.atomic
def make_again(*, document: Document) -> Document:
    """A finished document whose file is gone is made anew, and its parts with it where theirs are gone, too."""
    current = Document.objects.select_for_update().get(pk=document.pk)
    if current.is_finished:
        _make_lost_parts(current)
        _queue(current)
        wake(document_id=current.pk)
    return current


def _make_lost_parts(bundle: Document) -> None:
    """Queue the parts that a bundle cannot be made without: those that failed, and those whose file is gone."""
    for row in bundle.part_rows.select_related("document"):
        part = row.document
        is_gone = part.state == Document.State.DONE and not storage.exists(part.path)
        if is_gone or part.state == Document.State.DEAD:
            _queue(part)
            wake(document_id=part.pk)


def wake(*, document_id: int) -> None:
    """Tell the worker, once the row is there for it to read. If the broker is down, the sweeper repeats it."""
    transaction.on_commit(functools.partial(_broker.send, document_id), robust=True)


def make(*, document_id: int) -> Document | None:
    """The worker's whole job: claim, render, publish. None where there was nothing to do or another worker won."""
    token = claim(document_id=document_id, now=timezone.now())
    if token is None:
        return None
    faultpoint("document.claimed")
    document = Document.objects.get(pk=document_id)
    try:
        result = exports.produce(document, functools.partial(renew, document_id=document_id, token=token))
        faultpoint("document.rendered")
        return publish(document_id=document_id, token=token, result=result)
    except RenderingFailed as error:
        return fail(document_id=document_id, token=token, reason=str(error), is_final=True)
    except RenderingEnded as error:
        return fail(document_id=document_id, token=token, reason=str(error), is_final=False)
    except FileNotFoundError:
        logger.exception("A part of document %s is gone; it is made anew.", document_id)
        with transaction.atomic():
            _make_lost_parts(document)
            return fail(document_id=document_id, token=token, reason="the file of a part is gone", is_final=False)
    except OSError as error:
        logger.exception("Document %s could not be kept.", document_id)
        reason = f"the file could not be kept: {error.strerror or 'the storage did not answer'}"
        return fail(document_id=document_id, token=token, reason=reason, is_final=False)


@transaction.atomic
def claim(*, document_id: int, now: datetime.datetime) -> uuid.UUID | None:
    """Take a document for this worker, or None where it is not free. The try is counted before any work, so that one
    that kills its worker cannot go round for ever."""
    token = uuid.uuid4()
    claimed = (
        Document.objects.claimable(now)
        .filter(pk=document_id)
        .update(
            state=Document.State.CLAIMED,
            attempts=F("attempts") + 1,
            token=token,
            lease_until=now + LEASE,
            started_at=now,
        )
    )
    return token if claimed else None


@transaction.atomic
def renew(*, document_id: int, token: uuid.UUID) -> None:
    """The worker is alive and goes on: its lease starts anew, where it still holds the document."""
    held = Document.objects.held(token).filter(pk=document_id)
    held.update(lease_until=timezone.now() + LEASE)


def publish(*, document_id: int, token: uuid.UUID, result: Result) -> Document | None:
    """Keep the file, then say so in the row. None where another worker has taken the document over meanwhile.

    Raises:
        OSError: the file could not be written; the row is unchanged.
    """
    sha256 = hashlib.sha256(result.pdf).hexdigest()
    key = Document.objects.values_list("key", flat=True).get(pk=document_id)
    path = f"{key[:2]}/{key}.{sha256[:12]}.pdf"
    storage.write(path, result.pdf)
    faultpoint("document.written")
    with transaction.atomic():
        now = timezone.now()
        published = (
            Document.objects.held(token)
            .filter(pk=document_id)
            .update(
                state=Document.State.DONE,
                token=None,
                lease_until=None,
                path=path,
                sha256=sha256,
                size=len(result.pdf),
                pages=result.pages,
                missing=result.missing,
                error="",
                finished_at=now,
            )
        )
        if published:
            bundles = Document.objects.claimable(now).filter(part_rows__document=document_id)
            for bundle_id in bundles.order_by("pk").values_list("pk", flat=True):
                wake(document_id=bundle_id)
    document = Document.objects.get(pk=document_id)
    if not published:
        if document.path != path:
            storage.delete(path)  # the other worker's file stands; no row names this one
        return None
    faultpoint("document.published")
    return document


@transaction.atomic
def fail(*, document_id: int, token: uuid.UUID, reason: str, is_final: bool) -> Document | None:
    """This try did not work out: the next one comes with the sweeper, unless it was the last or none would help."""
    document = Document.objects.held(token).filter(pk=document_id).first()
    if document is None:
        return None
    if is_final or document.attempts >= MAX_ATTEMPTS:
        changed = _bury(document, reason)
    else:
        changed = bool(
            Document.objects.unchanged(document).update(
                state=Document.State.QUEUED,
                token=None,
                lease_until=None,
                error=reason[:500],
                wake_at=timezone.now() + WAKE_AGAIN,
            )
        )
    document.refresh_from_db()
    return document if changed else None


def _bury(document: Document, reason: str) -> bool:
    """Give a document up, and the bundles that cannot be made without it. False where it changed since it was read:
    then a worker published it, or goes on.
    """
    buried = Document.objects.unchanged(document).update(
        state=Document.State.DEAD,
        token=None,
        lease_until=None,
        error=reason[:500] or "no reason was given",
        finished_at=timezone.now(),
    )
    if not buried:
        return False
    logger.error("Document %s (%s) could not be made: %s", document.pk, document.kind, reason)
    for bundle in document.bundles.filter(state=Document.State.QUEUED).order_by("pk"):
        _bury(bundle, f"its part “{document.title}” could not be made: {reason}")
    return True


def tidy() -> None:
    """Take away what workers left half written. It walks the whole folder, so it is done now and then, and in no
    transaction.
    """
    for path in storage.stale():
        path.unlink(missing_ok=True)


@transaction.atomic
def sweep(*, now: datetime.datetime) -> int:
    """Beat's work: what a worker left behind is queued again or given up; what was not picked up is told again."""
    for document in Document.objects.abandoned(now).order_by("pk"):
        if document.attempts >= MAX_ATTEMPTS:
            _bury(document, "the worker ended each of the three times it worked on this document")
        else:
            Document.objects.abandoned(now).filter(pk=document.pk).update(
                state=Document.State.QUEUED, token=None, lease_until=None, wake_at=now
            )
    stuck = Part.objects.filter(bundle__state=Document.State.QUEUED, document__state=Document.State.DEAD)
    for part in stuck.select_related("bundle", "document").order_by("pk"):
        _bury(part.bundle, f"its part “{part.document.title}” could not be made: {part.document.error}")
    due = list(
        Document.objects.claimable(now)
        .filter(state=Document.State.QUEUED, wake_at__lte=now)
        .order_by("wake_at", "pk")
        .values_list("pk", flat=True)[:200]
    )
    Document.objects.filter(pk__in=due).update(wake_at=now + WAKE_AGAIN)
    for document_id in due:
        wake(document_id=document_id)
    return len(due)
