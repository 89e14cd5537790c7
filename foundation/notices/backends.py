from collections.abc import Sequence

from django.core.mail import EmailMessage, EmailMultiAlternatives
from django.core.mail.backends.base import BaseEmailBackend
from django.utils import timezone

from foundation.notices import actions, emails


class RowBackend(BaseEmailBackend):
    """Django's mail, and so allauth's, becomes rows that the worker sends: a slow server keeps nobody waiting."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        now = timezone.now()
        for message in email_messages:
            if message.attachments:
                raise ValueError("Mail here has no attachments; link to the document instead.")
            alternatives = message.alternatives if isinstance(message, EmailMultiAlternatives) else []
            html = next((str(content) for content, mimetype in alternatives if mimetype == "text/html"), "")
            letter = emails.Letter(emails.one_line(str(message.subject)), str(message.body), html)
            for address in message.recipients():
                actions.mail(to=address, letter=letter, sender=message.from_email or "", now=now)
        return len(email_messages)
