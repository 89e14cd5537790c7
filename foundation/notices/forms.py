from typing import Any

from django import forms

from accounts.models import User
from foundation.notices import registry
from foundation.notices.models import Preference
from foundation.notices.registry import Delivery


class ChoicesForm(forms.Form):
    """A choice for each topic that the apps registered."""

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        chosen = dict(Preference.objects.filter(user=user).values_list("topic", "delivery"))
        for topic in registry.topics():
            self.fields[topic.name] = forms.ChoiceField(
                label=topic.label,
                help_text=topic.help,
                choices=[(option, Delivery(option).label) for option in topic.options],
                initial=chosen.get(topic.name) or registry.default_of(topic.name),
                widget=forms.RadioSelect,
            )
