from collections.abc import Iterable
from typing import Any

from django import forms

from cohorts.completion import ItemStanding


class OverrideForm(forms.Form):
    """A facilitator's word that an item counts as done."""

    item = forms.ChoiceField(label="What counts as done")
    reason = forms.CharField(
        label="Why", max_length=300, help_text="Stays with the participant's record, with your name."
    )

    def __init__(self, *args: Any, items: Iterable[str] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._item.choices = [(key, key) for key in items]

    @property
    def _item(self) -> forms.ChoiceField:
        field = self.fields["item"]
        assert isinstance(field, forms.ChoiceField)
        return field

    def offer(self, missing: Iterable[ItemStanding]) -> None:
        """Show what is missing as the choices."""
        self._item.choices = [(standing.item.key, standing.item.title) for standing in missing]
