"""The form one writes in, with its draft and its word minimum: one shape for a first post, a reply and an edit."""

from dataclasses import dataclass
from typing import TypeVar

from django.urls import reverse

from cohorts.access import Place
from discussions import actions, policies
from discussions.forms import EditForm, PostForm, ReplyForm, new_token
from discussions.models import Post
from foundation.drafts.models import Draft
from foundation.richtext import cleaning
from modules.outline import ItemOutline

CLOSED = "This cohort has closed, so nothing more can be posted. You can still read everything."
WITHDRAWN = (
    "This post was withdrawn in the meantime, so it can’t be answered. "
    "Your words are below; copy them if you need them elsewhere."
)
POSTED_ALREADY = (
    "You have posted here already, maybe from another window; that post is below. "
    "These words are not posted. To use them, edit your post."
)
REPLIED_ALREADY = (
    "A reply was sent from this form before, and these words differ from it. Send it again if both should stand."
)
EDITED_ELSEWHERE = (
    "Your post was changed in another window since you opened this one; it is shown below. "
    "Save again to replace it with these words."
)

FormOf = TypeVar("FormOf", bound=PostForm)


@dataclass(frozen=True)
class Composer:
    """What `_composer.html` prints. `sent` has the tokens of what arrived, so that a device drops its copies of it."""

    form: PostForm
    heading: str
    button: str
    url: str
    draft_url: str
    draft_version: int
    sent: str
    min_words: int


def address(place: Place, item: ItemOutline) -> str:
    return f"/c/{place.cohort.slug}/{item.key}/"


def refusal(place: Place) -> str:
    return WITHDRAWN if policies.may_write(place) else CLOSED


def of_first(place: Place, item: ItemOutline, *, tokens: list[str], form: PostForm | None = None) -> Composer:
    """For a first post."""
    min_words = policies.least_words(place, item, is_reply=False)
    where = actions.draft_place(place=place, item=item, answered=None)
    draft = _draft(place, where)
    form = form or PostForm(initial={"body": draft.body, "token": new_token()}, min_words=min_words)
    return Composer(
        form, "Your post", "Post", address(place, item), _draft_url(where), draft.version, " ".join(tokens), min_words
    )


def of_reply(place: Place, item: ItemOutline, answered: Post, *, form: PostForm | None = None) -> Composer:
    """For a reply to a post or to a reply."""
    min_words = policies.least_words(place, item, is_reply=True)
    where = actions.draft_place(place=place, item=item, answered=answered)
    draft = _draft(place, where)
    sent = dict(Post.objects.filter(author=place.user, parent=answered.parent or answered).values_list("token", "body"))
    # A save that was on its way while its reply was sent arrives after it, and would bring the same words up again.
    body = "" if sent and cleaning.read(draft.body).html in sent.values() else draft.body
    form = form or ReplyForm(
        initial={"body": body, "token": new_token()}, min_words=min_words, auto_id=f"id_reply{answered.pk}_%s"
    )
    url = reverse("discussions:reply", args=[place.cohort.slug, item.module, item.slug, answered.pk])
    return Composer(
        form,
        f"Your reply to {answered.author.name}",
        "Reply",
        url,
        _draft_url(where),
        draft.version,
        " ".join(sent),
        min_words,
    )


def of_edit(place: Place, item: ItemOutline, post: Post, *, form: PostForm | None = None) -> Composer:
    """For one's own post again."""
    min_words = policies.least_words(place, item, is_reply=post.parent_id is not None)
    where = actions.edit_place(post)
    draft = _draft(place, where)
    initial = {"body": draft.body or post.body, "token": new_token(), "version": post.version}
    form = form or EditForm(initial=initial, min_words=min_words, auto_id=f"id_edit{post.pk}_%s")
    url = reverse("discussions:edit", args=[place.cohort.slug, item.module, item.slug, post.pk])
    return Composer(
        form, "Edit what you wrote", "Save", url, _draft_url(where), draft.version, post.edit_token, min_words
    )


def again(form: FormOf, message: str, **changes: int) -> FormOf:
    """The same words in a fresh form, with what went wrong: a second try must not be taken for the first."""
    data = {name: form.data.get(name) for name in form.fields} | {"token": new_token(), **changes}
    fresh = type(form)(data, min_words=form.min_words, auto_id=form.auto_id)
    fresh.add_error(None, message)
    return fresh


def _draft(place: Place, where: str) -> Draft:
    return Draft.objects.filter(user=place.user, place=where).first() or Draft(user=place.user, place=where, version=0)


def _draft_url(where: str) -> str:
    return reverse("drafts:draft", args=[where])
