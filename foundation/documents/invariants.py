"""What must hold about documents after any fault."""

import hashlib

from django.utils import timezone

from foundation.documents import storage
from foundation.documents.models import MAX_ATTEMPTS, Document, Part


def problems() -> list[str]:
    """A sentence for each thing that is not as it must be; empty when all is well."""
    found = [f"{path.name}: a temporary file older than an hour" for path in storage.stale()]
    now = timezone.now()
    for document in Document.objects.order_by("pk").iterator(chunk_size=200):
        name = f"document {document.pk} ({document.kind})"
        if document.attempts > MAX_ATTEMPTS:
            found.append(f"{name} was tried {document.attempts} times")
        if document.state == Document.State.CLAIMED and (document.lease_until is None or document.token is None):
            found.append(f"{name} is claimed without a lease")
        if document.state == Document.State.DEAD and not document.error:
            found.append(f"{name} is dead without a reason")
        if document.state == Document.State.QUEUED and document.created_at > now:
            found.append(f"{name} was made in the future")
        if document.state == Document.State.DONE:
            try:
                with storage.read(document.path) as file:
                    data = file.read()
            except FileNotFoundError:
                found.append(f"{name} is done but its file is gone")
                continue
            if hashlib.sha256(data).hexdigest() != document.sha256 or len(data) != document.size:
                found.append(f"{name} is not the file that was published")
    unfinished = Part.objects.filter(bundle__state=Document.State.DONE).exclude(document__state=Document.State.DONE)
    found.extend(f"bundle {part.bundle_id} is done before its part {part.document_id}" for part in unfinished)
    return found
