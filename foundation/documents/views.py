from uuid import UUID

from django.core.exceptions import ObjectDoesNotExist, PermissionDenied
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from accounts.models import User
from foundation.documents import access, actions, exports, storage
from foundation.documents.forms import AskForm
from foundation.documents.models import Document, DocumentRequest

MESSAGES = {
    Document.State.QUEUED: "Your request is kept. It’s made as soon as a worker is free, usually within seconds.",
    Document.State.CLAIMED: "It’s being made now.",
    Document.State.DONE: "It’s ready.",
    Document.State.DEAD: (
        "It couldn’t be made. Nothing you wrote is lost. Try again; if it fails once more, write to your facilitator."
    ),
}


def _wants_json(request: HttpRequest) -> bool:
    return request.get_preferred_type(["text/html", "application/json"]) == "application/json"


def _facts(found: DocumentRequest) -> dict[str, object]:
    is_done = found.document.state == Document.State.DONE
    return {
        **found.facts(),
        "message": MESSAGES[Document.State(found.document.state)],
        "page": reverse("documents:show", args=[found.pk]),
        "url": reverse("documents:download", args=[found.pk]) if is_done else None,
    }


@require_POST
def ask(request: HttpRequest) -> HttpResponse:
    """Ask for a document; the answer is its page, where one sees how far it is."""
    assert isinstance(request.user, User)
    form = AskForm(request.POST)
    if not form.is_valid():
        raise Http404
    try:
        found = actions.ask(user=request.user, **form.cleaned_data)
    except (LookupError, ObjectDoesNotExist, PermissionDenied) as error:
        raise Http404 from error  # who may not read it is not told that it is there
    if _wants_json(request):
        return JsonResponse(_facts(found), status=202)
    response = redirect("documents:show", found.pk)
    response.status_code = 303
    return response


@require_GET
def show(request: HttpRequest, request_id: UUID) -> HttpResponse:
    """How far a document is: a page for people, JSON for the script on it."""
    assert isinstance(request.user, User)
    found = access.document_request(request.user, request_id)
    facts = _facts(found)
    response: HttpResponse
    if _wants_json(request):
        response = JsonResponse(facts)
    else:
        response = render(request, "documents/page.html", {"found": found, "document": found.document, "facts": facts})
    response["Vary"] = "Accept, Cookie"
    return response


@require_GET
def download(request: HttpRequest, request_id: UUID) -> HttpResponseBase:
    """The file, if this person may read it at this moment."""
    assert isinstance(request.user, User)
    found = access.document_request(request.user, request_id)
    document = found.document
    if document.state != Document.State.DONE:
        return redirect("documents:show", found.pk)
    try:
        file = storage.read(document.path)
    except FileNotFoundError:
        actions.make_again(document=document)
        return redirect("documents:show", found.pk)
    response = FileResponse(
        file, as_attachment=True, filename=exports.filename(document), content_type="application/pdf"
    )
    response["Content-Length"] = str(document.size)
    response["Cache-Control"] = "no-store, private"
    response["X-Content-Type-Options"] = "nosniff"
    return response
