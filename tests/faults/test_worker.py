"""The worker is killed at every crash point of its work; another one starts, and there is one of everything."""

import pytest

from tests.journeys.installation import Installation, until

DOCUMENT_POINTS = ("document.claimed", "document.rendered", "document.written", "document.published")
MAIL_POINTS = ("mail.claimed", "mail.sent")


@pytest.fixture
def site(site: Installation):
    """Without beat, which would do by itself, and later, what these tests do at once; afterwards all run as before."""
    site.kill("beat")
    site.kill("worker")
    yield site
    site.kill("worker")
    for name in ("worker", "beat"):
        site.start(name)


def _claimed(site: Installation, pk: int) -> bool:
    return bool(site.backstage("documents", pks=[pk])[0]["attempts"])


def test_a_worker_killed_in_mid_render_leaves_one_finished_document(site: Installation) -> None:
    site.start("worker", WBL_FAULTS="document.claimed=hang")
    wanted = site.backstage("plans_to_print", count=1)[0]
    pk = site.backstage("ask", kind="lesson-plan", **wanted)
    until(lambda: _claimed(site, pk), f"the worker has the document\n{site.log('worker')}")
    site.kill("worker")
    assert site.backstage("documents", pks=[pk])[0]["state"] == "claimed"
    site.start("worker")
    site.backstage("document_leases_end")
    site.backstage("sweep_documents")
    _all_made(site, [pk], attempts=[2])


def test_a_worker_that_ends_at_any_step_of_a_document_leaves_one(site: Installation) -> None:
    made = []
    for point, wanted in zip(DOCUMENT_POINTS, site.backstage("plans_to_print", count=4), strict=True):
        pk = site.backstage("ask", kind="lesson-plan", **wanted)
        site.start("worker", WBL_FAULTS=f"{point}=kill")
        until(lambda: "SIGKILL" in site.log("worker"), f"the worker's process ends at {point}\n{site.log('worker')}")
        site.kill("worker")
        (site.folder / "worker.log").unlink()
        made.append(pk)
        assert site.backstage("documents", pks=[pk])[0]["state"] == (
            "done" if point == "document.published" else "claimed"
        ), point
        site.check_invariants()
    site.start("worker")
    site.backstage("document_leases_end")
    site.backstage("sweep_documents")
    _all_made(site, made, attempts=[2, 2, 2, 1])


def _all_made(site: Installation, pks: list[int], attempts: list[int]) -> None:
    until(
        lambda: all(d["state"] == "done" for d in site.backstage("documents", pks=pks)),
        f"the documents are made\n{site.log('worker')}",
        90,
    )
    found = site.backstage("documents", pks=pks)
    assert [document["attempts"] for document in found] == attempts
    assert [document["files"] for document in found] == [1] * len(pks)
    site.check_invariants()


def test_a_worker_that_ends_at_any_step_of_a_mail_sends_it_and_says_so_once(site: Installation) -> None:
    sent = {}
    for point in MAIL_POINTS:
        address = f"{point}@college.example"
        site.start("worker", WBL_FAULTS=f"{point}=kill")
        sent[address] = site.backstage("mail", email=address)
        until(lambda: "SIGKILL" in site.log("worker"), f"the worker's process ends at {point}\n{site.log('worker')}")
        site.kill("worker")
        (site.folder / "worker.log").unlink()
        site.check_invariants()
    site.start("worker")
    site.backstage("mail_leases_end")
    pks = list(sent.values())
    until(
        lambda: all(mail["state"] == "sent" for mail in site.backstage("mails", pks=pks)),
        f"both are sent\n{site.log('worker')}",
    )
    assert [mail["attempts"] for mail in site.backstage("mails", pks=pks)] == [2, 2]
    assert len(site.mail_to("mail.claimed@college.example")) == 1
    # It had gone out when the worker ended: it goes out again, under the same name, so that the reader's program shows it once.
    twice = site.mail_to("mail.sent@college.example")
    assert len(twice) == 2
    assert len({mail["Message-ID"] for mail in twice}) == 1
    site.check_invariants()
