from django import template
from django.utils.safestring import SafeString

from foundation.richtext import cleaning

register = template.Library()


@register.filter
def rich(markup: str) -> SafeString:
    """Stored HTML that was sanitised when it was saved: `{{ post.body|rich }}`."""
    return cleaning.trusted(markup)
