import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from foundation.audit import actions as audit

PAGE = "/audit/"


def test_administrators_read_what_was_done(as_, administrator, facilitator, cohort):
    audit.record(actor=facilitator, action="cohort.make", subject=cohort, starts_on="2026-09-07")
    audit.record(actor=None, action="role.grant")
    page = as_(administrator).get(PAGE).content.decode()
    assert "facilitator@example.org" in page
    assert "starts_on: 2026-09-07" in page
    assert "facilitator@example.org" not in as_(administrator).get(PAGE, {"action": "role.grant"}).content.decode()


@pytest.mark.parametrize("who", ["participant", "facilitator", "staff", "college_liaison", "outsider"])
def test_nobody_else_does(request, as_, who):
    assert as_(request.getfixturevalue(who)).get(PAGE).status_code == 403


def test_it_costs_the_same_however_much_was_done(as_, administrator):
    client = as_(administrator)
    counts = []
    for count in (2, 60):
        for _ in range(count):
            audit.record(actor=administrator, action="x")
        client.get(PAGE)
        with CaptureQueriesContext(connection) as queries:
            client.get(PAGE)
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 15


def test_what_was_done_is_told_in_words(as_, administrator):
    for action in ("course.upload", "something.new"):
        audit.record(actor=administrator, action=action)
    page = as_(administrator).get(PAGE, {"action": "course.upload"}).content.decode()
    assert '<option value="course.upload" selected>Course uploaded</option>' in page
    assert '<th scope="row" title="course.upload">Course uploaded</th>' in page
    assert '<option value="something.new">something.new</option>' in page
