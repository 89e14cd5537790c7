from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from accounts.middleware import wants_status
from cohorts import access as cohort_access
from cohorts import actions as cohort_actions
from cohorts import schedule
from cohorts.access import Place
from discussions import access, actions, composing, policies, threads
from discussions.composing import Composer
from discussions.forms import EditForm, PostForm, ReplyForm, WithdrawForm
from discussions.models import Post
from modules.outline import ItemOutline


def page(request: HttpRequest, place: Place, item: ItemOutline) -> HttpResponse:
    """A discussion at its item's address. GET shows it; POST sends a first post."""
    if request.method != "POST":
        return _show(request, place, item)
    form = PostForm(request.POST, min_words=policies.least_words(place, item, is_reply=False))
    if not policies.may_write(place):
        form.add_error(None, composing.CLOSED)
        return _show(request, place, item, form=form, status=403)
    if not form.is_valid():
        return _show(request, place, item, form=form, status=422)
    try:
        made = actions.post(place=place, item=item, content=form.cleaned_data["body"], token=form.cleaned_data["token"])
    except actions.AlreadySent:
        return _show(request, place, item, form=composing.again(form, composing.POSTED_ALREADY), status=409)
    return _see_other(composing.address(place, item) + f"#post-{made.pk}")


def _show(
    request: HttpRequest, place: Place, item: ItemOutline, *, form: PostForm | None = None, status: int = 200
) -> HttpResponse:
    discussion = threads.of(place, item)
    may_write = policies.may_write(place)
    shows_composer = form is not None or (may_write and (not discussion.has_posted or place.enrolment is None))
    context = _context(place, item) | {
        "row": cohort_access.item_row(item),
        "dates": [due for due in schedule.of(place.cohort, place.outline) if due.item.key == item.key],
        "standing": place.standing.by_key[item.key],
        "discussion": discussion,
        "composer": composing.of_first(place, item, form=form, tokens=discussion.tokens) if shows_composer else None,
        "is_veiled": not discussion.own and not place.is_facilitator,
        "closed": "" if may_write else composing.CLOSED,
    }
    response = render(request, "discussions/discussion.html", context, status=status)
    if request.method == "GET":
        _remember(place, item, discussion)
    return response


def _remember(place: Place, item: ItemOutline, discussion: threads.Discussion) -> None:
    """After the page was made, and only when there was something new: reading again writes nothing."""
    if place.enrolment is not None:
        cohort_actions.touch(enrolment=place.enrolment, now=place.now)
    if discussion.newest is not None and (discussion.seen_at is None or discussion.newest > discussion.seen_at):
        actions.see(place=place, item=item)


@require_http_methods(["GET", "POST"])
def reply(request: HttpRequest, cohort: str, module: str, item: str, post: int) -> HttpResponse:
    """Answer a post or a reply. GET gives the form: a page, or to a script the form alone."""
    place, found, answered = access.post(request, cohort, module, item, post)
    may_answer = policies.may_answer(place, answered)
    if request.method != "POST":
        if not may_answer:
            raise PermissionDenied(composing.refusal(place))
        return _form(request, place, found, answered, composing.of_reply(place, found, answered))
    form = ReplyForm(request.POST, min_words=policies.least_words(place, found, is_reply=True))
    status = 403
    if not may_answer:
        form.add_error(None, composing.refusal(place))
    elif not form.is_valid():
        status = 422
    else:
        try:
            made = actions.reply(
                place=place,
                item=found,
                answered=answered,
                content=form.cleaned_data["body"],
                token=form.cleaned_data["token"],
            )
        except actions.AlreadySent:
            form, status = composing.again(form, composing.REPLIED_ALREADY), 409
        else:
            return _see_other(composing.address(place, found) + f"#post-{made.pk}")
    return _form(request, place, found, answered, composing.of_reply(place, found, answered, form=form), status=status)


@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, cohort: str, module: str, item: str, post: int) -> HttpResponse:
    """Put other words into one's own post."""
    place, found, own = access.post(request, cohort, module, item, post)
    if not policies.may_edit(place, own):
        raise PermissionDenied("Only its author can edit a post, and only until the cohort closes.")
    if request.method != "POST":
        return _form(request, place, found, own, composing.of_edit(place, found, own))
    form = EditForm(request.POST, min_words=policies.least_words(place, found, is_reply=own.parent_id is not None))
    if not form.is_valid():
        return _form(request, place, found, own, composing.of_edit(place, found, own, form=form), status=422)
    sent = form.cleaned_data
    try:
        actions.edit(post=own, content=sent["body"], version=sent["version"], token=sent["token"], now=place.now)
    except actions.Outdated as outdated:
        own = outdated.post
        form = composing.again(form, composing.EDITED_ELSEWHERE, version=own.version)
        return _form(request, place, found, own, composing.of_edit(place, found, own, form=form), status=409)
    return _see_other(composing.address(place, found) + f"#post-{own.pk}")


@require_http_methods(["GET", "POST"])
def withdraw(request: HttpRequest, cohort: str, module: str, item: str, post: int) -> HttpResponse:
    """Take a post off the page: one's own, or as a facilitator any. GET asks first."""
    place, found, shown = access.post(request, cohort, module, item, post)
    if not policies.may_withdraw(place, shown):
        raise PermissionDenied("Only its author or a facilitator can withdraw a post.")
    form = WithdrawForm(request.POST if request.method == "POST" else None)
    if not form.is_valid():
        return render(
            request,
            "discussions/withdraw.html",
            _context(place, found) | {"post": shown, "form": form},
            status=422 if form.is_bound else 200,
        )
    actions.withdraw(post=shown, by=place.user, reason=form.cleaned_data["reason"], now=place.now)
    return _see_other(composing.address(place, found))


def _form(
    request: HttpRequest, place: Place, item: ItemOutline, post: Post, composer: Composer, *, status: int = 200
) -> HttpResponse:
    template = "discussions/_composer.html" if wants_status(request) else "discussions/compose.html"
    return render(request, template, _context(place, item) | {"post": post, "composer": composer}, status=status)


def _context(place: Place, item: ItemOutline) -> dict[str, Any]:
    return {
        "place": place,
        "cohort": place.cohort,
        "consortium": place.cohort.consortium,
        "item": item,
        "address": composing.address(place, item),
    }


def _see_other(url: str) -> HttpResponse:
    """After a POST, the page with what came of it; loading it again sends nothing twice."""
    response = HttpResponseRedirect(url)
    response.status_code = 303
    return response
