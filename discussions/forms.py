import secrets
from typing import Any

from django import forms

from foundation.richtext.forms import RichTextField


def new_token() -> str:
    return secrets.token_urlsafe(18)


class PostForm(forms.Form):
    """A first post. `token` makes the same form sent twice one post."""

    label = "Your post"

    token = forms.RegexField(r"^[\w-]{8,40}$", widget=forms.HiddenInput)

    def __init__(self, *args: Any, min_words: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.min_words = min_words
        self.fields["body"] = RichTextField(min_words=min_words, label=self.label)


class ReplyForm(PostForm):
    """A reply; the address says what it answers."""

    label = "Your reply"


class EditForm(PostForm):
    """A post again, from the version that was on the screen."""

    label = "Edit your words"

    version = forms.IntegerField(min_value=1, widget=forms.HiddenInput)


class WithdrawForm(forms.Form):
    """Why a facilitator takes a post off the page; for the audit log."""

    reason = forms.CharField(max_length=300, required=False)
