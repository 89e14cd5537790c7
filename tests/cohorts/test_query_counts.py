"""No page of cohorts takes more than fifteen queries."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.cohorts.conftest import LINK

PAGES = ["settings/", "settings/dates/", "roster/", "roster/import/", "announcements/"]


@pytest.mark.parametrize("page", PAGES)
def test_a_facilitators_page(as_, facilitator, participant, page):
    client = as_(facilitator)
    client.get(f"/c/fall/{page}")
    with CaptureQueriesContext(connection) as queries:
        assert client.get(f"/c/fall/{page}").status_code == 200
    assert len(queries) <= 15


def test_making_a_cohort(as_, facilitator):
    client = as_(facilitator)
    client.get(reverse("cohorts:new"))
    with CaptureQueriesContext(connection) as queries:
        client.get(reverse("cohorts:new"))
    assert len(queries) <= 15


def test_an_invitation(client, invitation):
    with CaptureQueriesContext(connection) as queries:
        client.get(LINK)
    assert len(queries) <= 15


@pytest.mark.parametrize("page", ["accounts:settings", "notices:list", "notices:choices", "accounts:export"])
def test_ones_own_pages(as_, participant, page):
    client = as_(participant)
    client.get(reverse(page))
    with CaptureQueriesContext(connection) as queries:
        client.get(reverse(page))
    assert len(queries) <= 15
