"""A hostile page gets nothing, stops at its limits, and the next one does not notice."""

import os
import signal
import socketserver
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from foundation.documents.rendering.limits import Limits
from foundation.documents.rendering.process import Renderer, RenderingEnded, RenderingFailed
from foundation.documents.rendering.protocol import ROOT
from tests.documents import pages

SECRET = "a-line-that-no-document-may-contain"


class Canary(socketserver.ThreadingTCPServer):
    """Counts whoever knocks."""

    daemon_threads = True

    def __init__(self) -> None:
        self.hits: list[bytes] = []
        super().__init__(("127.0.0.1", 0), socketserver.BaseRequestHandler)

    def finish_request(self, request, client_address) -> None:
        self.hits.append(request.recv(200))
        request.sendall(
            b"HTTP/1.0 200 OK\r\nContent-Type: image/svg+xml\r\n\r\n<svg xmlns='http://www.w3.org/2000/svg'/>"
        )


@pytest.fixture
def canary() -> Iterator[Canary]:
    with Canary() as server:
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        yield server
        server.shutdown()


@pytest.fixture
def small() -> Iterator[Renderer]:
    """A renderer with limits that a test can wait for."""
    renderer = Renderer(Limits(wall_seconds=3))
    yield renderer
    renderer.close()


NAMES = 'xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"'
SVG = f'<svg {NAMES} viewBox="0 0 9 9"><title>x</title>'
FETCHES = {
    "picture": '<img src="{url}" alt="x">',
    "picture in a picture": f'{SVG}<image href="{{url}}" width="9" height="9"/></svg>',
    "old picture in a picture": f'{SVG}<image xlink:href="{{url}}" width="9" height="9"/></svg>',
    "use": f'{SVG}<use href="{{url}}#a"/></svg>',
    "style of a picture": f"{SVG}<style>@import url('{{url}}');</style></svg>",
    "attachment": '<link rel="attachment" href="{url}">',
    "attachment by a word": '<a rel="attachment" href="{url}">x</a>',
    "stylesheet": '<link rel="stylesheet" href="{url}">',
    "import": "<style>@import '{url}';</style>",
    "background": "<style>p{{background:url('{url}')}}</style><p>x</p>",
    "font": "<style>@font-face{{font-family:x;src:url('{url}')}} p{{font-family:x}}</style><p>x</p>",
    "list mark": "<style>li{{list-style-image:url('{url}')}}</style><ul><li>x</li></ul>",
    "content": "<style>p::before{{content:url('{url}')}}</style><p>x</p>",
    "object": '<object data="{url}">x</object>',
    "embed": '<embed src="{url}">',
    "profile": "<style>@color-profile --x{{src:url('{url}')}} p{{color:color(--x 1 1 1)}}</style><p>x</p>",
    "base": '<base href="{url}/"><img src="x.png" alt="x">',
}


@pytest.mark.parametrize("vector", FETCHES)
def test_nothing_is_fetched_from_the_network(shared_renderer, canary, vector):
    url = f"http://127.0.0.1:{canary.server_address[1]}/{vector.replace(' ', '-')}"
    _refused_or_left_out(shared_renderer, FETCHES[vector].format(url=url), b"127.0.0.1")
    assert canary.hits == []


@pytest.mark.parametrize("vector", FETCHES)
def test_nothing_is_read_from_the_disk(shared_renderer, tmp_path, vector):
    secret = tmp_path / "secret.svg"
    secret.write_text(f'<svg xmlns="http://www.w3.org/2000/svg"><text>{SECRET}</text></svg>')
    _refused_or_left_out(shared_renderer, FETCHES[vector].format(url=secret.as_uri()), SECRET.encode())


def _refused_or_left_out(renderer: Renderer, body: str, unwanted: bytes) -> None:
    """The document fails and says why, or the engine knew no such thing; what was wanted is never in the file."""
    try:
        result = renderer.render(pages.html(f"<h1>Title</h1>{body}"))
    except RenderingFailed as error:
        reason, pdf = str(error), b""
    else:
        reason, pdf = "not ours", result.pdf
    assert "not ours" in reason
    assert unwanted not in pdf
    assert b"EmbeddedFile" not in pdf


def test_the_canary_sings_when_the_fetcher_is_the_engines_own(canary):
    """The proof above can fail: WeasyPrint's own fetcher does knock."""
    url = f"http://127.0.0.1:{canary.server_address[1]}/x.svg"
    code = f"import weasyprint; weasyprint.HTML(string='<img src=\"{url}\">').write_pdf()"
    subprocess.run([sys.executable, "-c", code], check=True, capture_output=True)
    assert len(canary.hits) == 1


@pytest.mark.parametrize(
    "name",
    ["../wbl_course/settings.py", "%2e%2e/manage.py", "vendor/../../manage.py", "print/print.css", "/etc/passwd"],
)
def test_only_packaged_pictures_are_ours(shared_renderer, name):
    with pytest.raises(RenderingFailed, match="not ours"):
        shared_renderer.render(pages.html(f'<h1>Title</h1><img src="static:{name}" alt="x">'))


def test_a_link_that_runs_something_is_only_text(shared_renderer):
    result = shared_renderer.render(
        pages.html('<h1>T</h1><p><a href="javascript:alert(1)">a</a> <a href="file:///etc">b</a></p>')
    )
    assert b"/URI" not in result.pdf
    assert pages.failures(result.pdf) == []


CHAIN = "".join(
    f'<g id="g{n}">' + f'<use href="#g{n - 1}"/>' * 10 + "</g>" if n else '<g id="g0"><rect width="1" height="1"/></g>'
    for n in range(9)
)
BOMBS = {
    "a chain of uses": f'{SVG}<defs>{CHAIN}</defs><use href="#g8"/></svg>',
    "a wide cell": '<table><tr><td colspan="100000">x</td></tr></table>',
    "boxes that bend": '<div style="display:flex">' * 16 + "x" + "</div>" * 16,
    "a long list": "<ul>" + "<li>one of very many items</li>" * 20_000 + "</ul>",
    "a deep page": "<div>" * 3000 + "x" + "</div>" * 3000,
    "much memory": f"{SVG}<text>{'x' * 1000}</text></svg>" + "<p>" + "word " * 2_000_000 + "</p>",
}


@pytest.mark.parametrize("bomb", ["a chain of uses", "boxes that bend"])
def test_a_bomb_is_stopped_and_the_next_document_is_made(small, bomb):
    small.render(pages.html("<h1>Before</h1>"))
    before = small.pid
    started = time.monotonic()
    with pytest.raises((RenderingEnded, RenderingFailed)):
        small.render(pages.html(f"<h1>Bomb</h1>{BOMBS[bomb]}"))
    assert time.monotonic() - started < 5
    assert small.pid is None or not Path(f"/proc/{before}").exists()
    assert small.render(pages.html("<h1>After</h1>")).pages == 1
    assert small.pid != before


@pytest.mark.prove
@pytest.mark.parametrize("bomb", BOMBS)
def test_every_bomb_stays_within_the_real_limits(bomb, capsys):
    """With the limits of production: 20 seconds, and 512 MiB more than a warm renderer has."""
    renderer = Renderer()
    try:
        renderer.render(pages.html("<h1>Before</h1>"))
        pid, peak, stop = renderer.pid, [0], threading.Event()
        baseline = _resident(pid)

        def watch() -> None:
            while not stop.wait(0.05):
                peak[0] = max(peak[0], _resident(pid))

        watcher = threading.Thread(target=watch, daemon=True)
        watcher.start()
        started = time.monotonic()
        outcome = "made"
        try:
            renderer.render(pages.html(f"<h1>Bomb</h1>{BOMBS[bomb]}"))
        except (RenderingEnded, RenderingFailed) as error:
            outcome = str(error)
        seconds = time.monotonic() - started
        stop.set()
        watcher.join()
        assert seconds < 22
        assert peak[0] - baseline < 512 * 1024
        assert renderer.render(pages.html("<h1>After</h1>")).pages == 1
        with capsys.disabled():
            print(f"\n{bomb}: {seconds:.1f} s, {(peak[0] - baseline) / 1024:.0f} MiB more; {outcome[:70]}")
    finally:
        renderer.close()


def _resident(pid: int | None) -> int:
    """KiB in memory; 0 once it is gone."""
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return 0
    return next((int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS")), 0)


def test_a_renderer_that_is_killed_in_its_work_is_replaced(small):
    small.render(pages.html("<h1>Before</h1>"))
    timer = threading.Timer(0.3, os.kill, (small.pid, signal.SIGKILL))
    timer.start()
    with pytest.raises(RenderingEnded, match="ended while it worked"):
        small.render(pages.html(f"<h1>Long</h1>{BOMBS['boxes that bend']}"))
    assert small.render(pages.html("<h1>After</h1>")).pages == 1


def test_a_renderer_that_died_between_documents_is_replaced_unseen(small):
    small.render(pages.html("<h1>Before</h1>"))
    os.kill(small.pid, signal.SIGKILL)
    os.waitid(os.P_PID, small.pid, os.WEXITED | os.WNOWAIT)
    assert small.render(pages.html("<h1>After</h1>")).pages == 1


def test_a_renderer_that_was_warmed_up_makes_the_first_document():
    renderer = Renderer()
    try:
        renderer.warm_up()
        warm = renderer.pid
        renderer.warm_up()
        assert renderer.render(pages.html("<h1>One</h1>")).pages == 1
        assert renderer.pid == warm
    finally:
        renderer.close()


def test_a_renderer_is_replaced_after_enough_documents():
    renderer = Renderer(Limits(documents=2))
    try:
        pids = []
        for _ in range(3):
            renderer.render(pages.html("<h1>One</h1>"))
            pids.append(renderer.pid)
        assert pids[0] == pids[1] != pids[2]
    finally:
        renderer.close()


def test_the_rendering_process_knows_no_secret_of_ours(small, monkeypatch):
    monkeypatch.setenv("SECRET_KEY", SECRET)
    monkeypatch.setenv("DATABASE_URL", f"postgres://x:{SECRET}@db/x")
    small.render(pages.html("<h1>One</h1>"))
    assert SECRET.encode() not in Path(f"/proc/{small.pid}/environ").read_bytes()


def test_web_and_worker_processes_do_not_load_the_engine():
    code = (
        "import sys; from foundation.documents.rendering import process, versions; versions.fingerprint();"
        "sys.exit('weasyprint' in sys.modules or 'pikepdf' in sys.modules or 'fontTools' in sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True)


def test_a_renderer_whose_parent_was_killed_goes_too_and_leaves_nothing(tmp_path):
    code = (
        "import os; from foundation.documents.rendering.process import Renderer; r = Renderer();"
        "r.render('<html lang=en><title>x</title><body>x'); print(r.pid, flush=True); os.kill(os.getpid(), 9)"
    )
    environment = {**os.environ, "TMPDIR": str(tmp_path)}
    command = [sys.executable, "-c", code]
    killed = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    pid, deadline = int(killed.stdout), time.monotonic() + 5
    while (_resident(pid) or any(tmp_path.iterdir())) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert _resident(pid) == 0
    assert list(tmp_path.iterdir()) == []
