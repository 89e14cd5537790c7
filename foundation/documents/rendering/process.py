"""The parent's side: keeps one rendering process warm, feeds it, and replaces it when it dies or takes too long."""

import contextlib
import functools
import os
import selectors
import signal
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass
from pathlib import Path

from foundation.documents.rendering.limits import Limits
from foundation.documents.rendering.protocol import FONTS, ROOT, Message, receive

_FONTCONFIG = """<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig><dir>{fonts}</dir><cachedir>{cache}</cachedir></fontconfig>
"""


class RenderingFailed(Exception):
    """The renderer answered that it cannot make this document; asking again would get the same answer."""


class RenderingEnded(Exception):
    """The renderer died or was ended at a limit while it worked on this document."""


@dataclass(frozen=True)
class Result:
    """A PDF, its number of pages and the characters that no font could draw."""

    pdf: bytes
    pages: int
    missing: list[str]


class Renderer:
    """A rendering process of ours: started by `warm_up` or the first document, replaced after a death or after enough
    documents.
    """

    def __init__(self, limits: Limits | None = None) -> None:
        """Starts nothing yet."""
        self.limits = limits or Limits()
        self._process: subprocess.Popen[bytes] | None = None
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        self._served = 0
        self._lock = threading.Lock()

    def warm_up(self) -> None:
        """Start the process now, so that the first document does not wait for it.

        Raises:
            RenderingEnded: it did not start.
        """
        with self._lock:
            if self._process is None:
                self._start()

    def render(self, html: str, css: str = "") -> Result:
        """Make a PDF of a page.

        Raises:
            RenderingFailed: the page is at fault.
            RenderingEnded: a limit was reached or the process died.
        """
        return self._ask(Message({"do": "render", "css": css}, [html.encode("utf-8", "replace")]))

    def merge(self, front: bytes, parts: list[bytes], *, title: str, css: str = "") -> Result:
        """Make one PDF of a front and its parts, with one tag tree, one outline and page numbers throughout.

        Raises:
            RenderingFailed: a part is not one of our PDFs.
            RenderingEnded: a limit was reached or the process died.
        """
        return self._ask(Message({"do": "merge", "title": title, "css": css}, [front, *parts]))

    @property
    def pid(self) -> int | None:
        """Of the rendering process, while there is one."""
        return self._process.pid if self._process else None

    def close(self) -> None:
        """End the rendering process and what it may have started, without asking."""
        process, self._process = self._process, None
        if process is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            for pipe in (process.stdin, process.stdout):
                if pipe is not None:
                    with contextlib.suppress(BrokenPipeError):
                        pipe.close()
            process.wait()
        if self._folder is not None:
            self._folder.cleanup()
            self._folder = None

    def _ask(self, request: Message) -> Result:
        with self._lock:
            if self._process is None or self._process.poll() is not None or self._served >= self.limits.documents:
                self._start()
            self._served += 1
            try:
                answer = self._exchange(request.encode(), self.limits.wall_seconds)
            except (EOFError, OSError) as error:
                code = self._process.poll() if self._process else None
                self.close()
                raise RenderingEnded(_reason(error, code, self.limits)) from error
            if "error" in answer.header:
                if answer.header.get("worn"):
                    self.close()  # an engine that stumbled may have kept half of what it was doing
                raise RenderingFailed(answer.header["error"])
            return Result(answer.blobs[0], answer.header["pages"], answer.header["missing"])

    def _start(self) -> None:
        self.close()
        self._folder = tempfile.TemporaryDirectory(prefix="wbl-renderer-", ignore_cleanup_errors=True)
        configuration = Path(self._folder.name) / "fonts.conf"
        configuration.write_text(_FONTCONFIG.format(fonts=FONTS, cache=self._folder.name))
        # No secret of ours is in its environment, and it sees our fonts alone: every machine makes the same pages.
        environment = {
            "PATH": os.environ.get("PATH", ""),
            "LANG": "C.UTF-8",
            "PYTHONHASHSEED": "0",
            "FONTCONFIG_FILE": str(configuration),
            **{
                name: os.environ[name]
                for name in ("DYLD_FALLBACK_LIBRARY_PATH", "LD_LIBRARY_PATH")
                if name in os.environ
            },
        }
        self._process = subprocess.Popen(
            [sys.executable, "-m", "foundation.documents.rendering", self._folder.name],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            cwd=ROOT,
            env=environment,
            start_new_session=True,
        )
        self._served = 0
        try:
            self._exchange(b"", self.limits.start_seconds)
        except (EOFError, OSError) as error:
            self.close()
            raise RenderingEnded("the renderer did not start; `manage.py check` says what it lacks") from error

    def _exchange(self, request: bytes, seconds: float) -> Message:
        """Send and receive without ever waiting longer than this, whatever the other side does or does not read."""
        process = self._process
        if process is None or process.stdin is None or process.stdout is None:
            raise EOFError("there is no renderer")
        deadline = time.monotonic() + seconds
        inlet, outlet = process.stdin.fileno(), process.stdout.fileno()
        os.set_blocking(inlet, False)
        with selectors.DefaultSelector() as selector:
            selector.register(outlet, selectors.EVENT_READ)
            if request:
                selector.register(inlet, selectors.EVENT_WRITE)
            rest, received = memoryview(request), bytearray()

            def turn() -> None:
                nonlocal rest
                events = selector.select(max(0.0, deadline - time.monotonic()))
                if not events:
                    raise TimeoutError
                for key, _ in events:
                    if key.fd == inlet:
                        rest = rest[os.write(inlet, rest[:65536]) :]
                        if not rest:
                            selector.unregister(inlet)
                    else:
                        data = os.read(outlet, 1 << 20)
                        if not data:
                            raise EOFError("the renderer is gone")
                        received.extend(data)

            def read(size: int) -> bytes:
                while len(received) < size:
                    turn()
                data = bytes(received[:size])
                del received[:size]
                return data

            while rest:
                turn()
            return receive(read)


def _reason(error: BaseException, code: int | None, limits: Limits) -> str:
    if isinstance(error, TimeoutError):
        return f"it took longer than {limits.wall_seconds:.0f} seconds"
    if code == -signal.SIGXCPU:
        return f"it took more than {limits.cpu_seconds} seconds of computing"
    return "the renderer ended while it worked on this document"


@functools.cache
def _renderer_of(pid: int) -> Renderer:
    return Renderer()


def renderer() -> Renderer:
    """The renderer of this process. A forked process gets its own: two may not talk through one pipe."""
    return _renderer_of(os.getpid())
