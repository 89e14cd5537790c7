import pytest
from django.utils import timezone

from cohorts import exports
from cohorts.actions.progress import issue_certificate
from cohorts.models import Certificate


@pytest.fixture
def certificate(enrolment, facilitator) -> Certificate:
    now = timezone.now()
    enrolment.completed_at = now
    enrolment.save()
    return issue_certificate(enrolment=enrolment, now=now)


def test_anybody_may_verify_it_and_learns_only_what_it_says(client, certificate, participant):
    page = client.get(f"/certificates/{certificate.number}/").content.decode()
    assert "This certificate is valid" in page
    assert "Pat Participant" in page
    assert "flex or salary credit is decided by the college" in page.lower()
    assert participant.email not in page
    assert "Certificate as PDF" not in page


def test_the_number_may_be_typed_in_small_letters(client, certificate):
    assert client.get(f"/certificates/{certificate.number.lower()}/").status_code == 200


def test_a_number_that_was_never_issued_is_said_to_be_so(client):
    answer = client.get("/certificates/WBL-NOSUCHONE/")
    assert answer.status_code == 404
    assert "no certificate of this number" in answer.content.decode()


def test_a_later_change_of_name_leaves_the_certificate(client, certificate, participant):
    participant.first_name = "Patricia"
    participant.save()
    assert "Pat Participant" in client.get(f"/certificates/{certificate.number}/").content.decode()


@pytest.mark.parametrize(
    ("who", "may"),
    [
        ("participant", True),
        ("facilitator", True),
        ("administrator", True),
        ("classmate", False),
        ("other_facilitator", False),
        ("outsider", False),
        ("staff", False),
    ],
)
def test_who_may_print_it(request, certificate, who, may):
    assert exports.may_read_certificate(request.getfixturevalue(who), certificate.number) is may


def test_the_paper_says_everything_it_must(certificate, participant):
    content = exports.certificate(certificate.number, participant)
    for key in (
        "name",
        "college",
        "course",
        "version",
        "dates",
        "completed_on",
        "hours",
        "facilitator",
        "number",
        "verify_at",
        "stands_for",
    ):
        assert content.context[key], key
    assert content.context["hours"] == "3.5"
    Certificate.objects.update(hours=13)
    assert exports.certificate(certificate.number, participant).context["hours"] == "13"


def test_the_printed_template_holds_it_all(certificate, participant):
    from django.template.loader import render_to_string

    said = exports.said_by(certificate)
    page = render_to_string(
        "cohorts/print/certificate.html",
        {**said, "title": "x", "certificate_bands": {"width": 1, "height": 1, "rows": []}},
    )
    assert f"has completed the <strong>{said['course']}</strong>, {said['hours']}&nbsp;hours" in page
    for words in (
        said["name"],
        said["college"],
        said["number"],
        said["verify_at"],
        said["stands_for"],
        said["completed_on"],
        said["hours"],
    ):
        assert words in page, words


def test_one_certificate_however_often_it_is_earned(certificate, enrolment):
    assert issue_certificate(enrolment=enrolment, now=timezone.now()) == certificate
    assert Certificate.objects.count() == 1
