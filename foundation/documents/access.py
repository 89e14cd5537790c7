from uuid import UUID

from django.http import Http404
from django.shortcuts import get_object_or_404

from accounts.models import User
from foundation.documents import registry
from foundation.documents.models import DocumentRequest


def document_request(user: User, request_id: UUID) -> DocumentRequest:
    """One's own request for a document that one may still read now; anything else is not there."""
    found = get_object_or_404(DocumentRequest.objects.select_related("document"), pk=request_id, user=user)
    try:
        allowed = registry.get(found.kind).may_read(user, found.subject_id)
    except LookupError as error:  # a kind that this version no longer has
        raise Http404 from error
    if not allowed:
        raise Http404
    return found
