from django.core.mail import EmailMessage, get_connection
from django.urls import reverse

from foundation.notices.models import Mail

ROWS = "foundation.notices.backends.RowBackend"


def test_django_mail_becomes_a_row_for_each_address(db):
    message = EmailMessage("Hello", "Text", "Course <course@example.org>", ["a@example.org"], bcc=["b@example.org"])
    assert get_connection(ROWS).send_messages([message]) == 1
    assert {mail.to for mail in Mail.objects.all()} == {"a@example.org", "b@example.org"}
    assert {mail.sender for mail in Mail.objects.all()} == {"Course <course@example.org>"}


def test_a_forgotten_password_is_answered_by_a_row_with_the_configured_address(participant, client, settings):
    settings.EMAIL_BACKEND = ROWS
    settings.SITE_URL = "https://course.example"
    answer = client.post(reverse("account_reset_password"), {"email": participant.email}, headers={"host": "localhost"})
    assert answer.status_code == 302
    mail = Mail.objects.get()
    assert mail.to == participant.email
    assert "https://course.example/accounts/password/reset/key/" in mail.text
