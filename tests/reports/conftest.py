import csv
import io
from datetime import timedelta

import pytest
from django.utils import timezone
from openpyxl import Workbook, load_workbook

from accounts.models import User
from cohorts.models import Cohort, Enrolment, Invitation, ProgressEvent
from tests import factories

PAGE = "/reports/completions/"
CSV = "/reports/completions.csv"
XLSX = "/reports/completions.xlsx"


@pytest.fixture(autouse=True)
def _without_second_factor(settings):
    """The second factor has its own tests; here staff just sign in."""
    settings.SECOND_FACTOR_REQUIRED = False


@pytest.fixture(autouse=True)
def _definitions_drawn_anew():
    from reports import views

    views._definitions.cache_clear()


def enrol(cohort: Cohort, college=None, *, completed=False, **fields) -> Enrolment:
    """One more person in a cohort."""
    names = {name: fields.pop(name) for name in ("first_name", "last_name", "discipline", "email") if name in fields}
    user = factories.UserFactory.create(college=college, **names)
    if completed:
        fields["completed_at"] = timezone.now()
    return factories.EnrolmentFactory.create(cohort=cohort, user=user, **fields)


def invite(cohort: Cohort, by: User | None = None, **fields) -> Invitation:
    number = Invitation.objects.count()
    return Invitation.objects.create(
        cohort=cohort,
        token_hash=f"{number:064d}",
        invited_by=by,
        expires_at=timezone.now() + timedelta(days=14),
        **{"email": f"invited{number}@example.org", **fields},
    )


def did(enrolment: Enrolment, *facts: str) -> None:
    """Facts such as "first/read-me:read"."""
    for fact in facts:
        item, name = fact.split(":")
        ProgressEvent.objects.create(enrolment=enrolment, item=item, name=name)


def text_of(response) -> str:
    """All that an answer says; of a workbook, every cell of every sheet."""
    raw = b"".join(response.streaming_content) if response.streaming else response.content
    if raw.startswith(b"PK"):
        cells = [str(cell.value) for sheet in workbook_of(raw) for row in sheet.iter_rows() for cell in row]
        return "\n".join(cells)
    return raw.decode()


def workbook_of(raw: bytes) -> Workbook:
    return load_workbook(io.BytesIO(raw))


def table_of(response) -> list[dict[str, str]]:
    """The rows of a CSV, read strictly and by another reader than wrote it."""
    assert response.status_code == 200, response
    text = text_of(response)
    assert text.startswith("\ufeff")
    return list(csv.DictReader(io.StringIO(text[1:], newline=""), strict=True))
