from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings as django_settings
from django.template import engines

from accounts.models import User
from foundation.documents import actions
from foundation.documents.rendering.process import Renderer, renderer
from tests.documents import pages


@pytest.fixture(scope="session")
def shared_renderer() -> Iterator[Renderer]:
    """One warm rendering process for all tests that do not break it: the application's own."""
    yield renderer()
    renderer().close()


@pytest.fixture(autouse=True)
def _own_world(settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Subjects, files and templates of the test alone, and a broker that only notes who was woken."""
    pages.SUBJECTS.clear()
    settings.DOCUMENTS_DIR = tmp_path / "documents"
    folder = Path(__file__).parent / "templates"
    monkeypatch.setattr(engines["django"].engine, "dirs", [*django_settings.TEMPLATES[0]["DIRS"], folder])
    for loader in engines["django"].engine.template_loaders:
        loader.reset()


@pytest.fixture
def woken(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The ids that were sent to the worker."""
    sent: list[int] = []
    monkeypatch.setattr(actions.current_app, "send_task", lambda name, args, **_: sent.append(args[0]))
    monkeypatch.setattr(actions, "_broker", actions.Broker())
    return sent


@pytest.fixture
def reader() -> User:
    return User.objects.create(email="reader@example.org", first_name="Rea")


@pytest.fixture
def stranger() -> User:
    return User.objects.create(email="stranger@example.org")
