from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from foundation.richtext import cleaning
from foundation.richtext.cleaning import RichText


class EditorWidget(forms.Textarea):
    """A plain box that static/js/composer.js turns into an editor.

    Without JavaScript it shows words, never tags; the editor reads `data-html`.
    """

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        shown = context["widget"]["value"]
        if shown and cleaning.is_html(shown):
            context["widget"]["attrs"]["data-html"] = shown
            context["widget"]["value"] = plain(shown)
        return context

    def use_required_attribute(self, initial: Any) -> bool:
        return False  # the browser would refuse to send a box that the editor hides


def plain(markup: str) -> str:
    """HTML as one would type it: an empty line between blocks."""
    return cleaning.text_of(cleaning.clean(markup[: cleaning.RAW_LIMIT])).replace("\n", "\n\n")


class RichTextField(forms.Field):
    """What a person writes at length, cleaned to `RichText`; too short, too long or blank is refused with the reason.

    `limit` counts characters of text, `min_words` words of it.
    """

    widget = EditorWidget
    default_error_messages = {"required": "There is nothing here yet. Write a few words first."}

    def __init__(self, *, min_words: int = 0, limit: int = cleaning.LIMIT, **kwargs: Any) -> None:
        self.min_words = min_words
        self.limit = limit
        super().__init__(**kwargs)

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        return {"data-editor": True, "data-min-words": self.min_words, "data-limit": self.limit, "rows": 8}

    def to_python(self, value: Any) -> RichText:
        raw = value if isinstance(value, str) else ""
        if "\x00" in raw or any("\ud800" <= c <= "\udfff" for c in raw):
            raise ValidationError(
                "This has a character that can’t be stored. Delete unusual symbols near where you last pasted.",
                code="unstorable",
            )
        if len(raw) > cleaning.RAW_LIMIT:
            raise ValidationError(
                f"This is much longer than the {self.limit:,} characters that fit. It’s all still here; shorten it.",
                code="too_long",
            )
        return cleaning.read(raw)

    def validate(self, value: RichText) -> None:
        if value.is_blank:
            if self.required:
                raise ValidationError(self.error_messages["required"], code="required")
            return
        if len(value.text) > self.limit:
            raise ValidationError(
                f"{len(value.text):,} characters so far; at most {self.limit:,} fit.", code="too_long"
            )
        if value.words < self.min_words:
            raise ValidationError(
                f"{value.words} {'word' if value.words == 1 else 'words'} so far; {self.min_words} asked for.",
                code="too_short",
            )

    def has_changed(self, initial: Any, data: Any) -> bool:
        return str(initial or "") != str(data or "")
