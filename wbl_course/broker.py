"""The embedded broker: kombu's filesystem transport with its races mended.

As it comes, it opens the final file name before it has written the message, and truncates its table of bindings before
it locks it: a worker that looks in that instant reads half a file and ends. Here every file is written aside and
renamed, so that whoever sees a name sees the whole of it. `CELERY_BROKER_TRANSPORT` names this class; a URL may not.
"""

import fcntl
import os
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from queue import Empty
from typing import Any

from kombu.exceptions import ChannelError
from kombu.transport import filesystem
from kombu.utils.json import dumps, loads

Binding = filesystem.exchange_queue_t
# A name without the ending is invisible to readers: they take `<time>_<id>.<queue>.msg` only.
ASIDE = ".writing"


def write_whole(path: Path, text: str) -> None:
    """Afterwards `path` has all of `text`; before, it has what it had.

    Safe against other processes, not against a power cut, for which the rows in the database are there.
    """
    aside = path.with_name(f"{uuid.uuid4().hex}{ASIDE}")
    try:
        aside.write_text(text, encoding="utf-8")
        aside.replace(path)
    except OSError as error:
        aside.unlink(missing_ok=True)
        raise ChannelError(f"Cannot write {path}: {error}") from error


class Channel(filesystem.Channel):
    def _put(self, queue: str, message: Any, **kwargs: Any) -> None:  # type: ignore[override]  # kombu's two differ
        # The wall clock, not the monotonic one: messages outlive a restart of the machine and keep their order.
        name = f"{time.time_ns() // 1_000_000:015d}_{uuid.uuid4()}.{queue}.msg"
        write_whole(Path(self.data_folder_out) / name, dumps(message))

    def _get(self, queue: str, timeout: float | None = None) -> Any:
        folder = Path(self.data_folder_in)
        try:
            names = sorted(os.listdir(folder))
        except OSError:
            raise Empty from None  # the folder is away for a while, as any broker may be; that is no reason to end
        for name in names:
            if name.partition(".")[2] != f"{queue}.msg":
                continue
            taken = folder / f"{uuid.uuid4().hex}.taken"
            try:
                # Who renames it has it; in /tmp, perhaps another file system, a move is a copy that two can make.
                (folder / name).rename(taken)
            except FileNotFoundError:
                continue
            text = taken.read_text(encoding="utf-8", errors="replace")
            taken.unlink()
            try:
                return loads(text)
            except ValueError:
                # Not ours, or cut by a full disk. The row it stood for is still open, and the sweeper asks again.
                continue
        raise Empty

    def _file_of(self, exchange: str) -> Path:
        file: Path = self._exchange_file(exchange)  # type: ignore[attr-defined]  # new in kombu 5.7, not in its stubs
        return file

    def get_table(self, exchange: str) -> list[Any]:
        try:
            text = self._file_of(exchange).read_text(encoding="utf-8")
        except FileNotFoundError:
            return []
        return [Binding(*row) for row in loads(text)]

    def _queue_bind(self, exchange: str, routing_key: str | None, pattern: str | None, queue: str | None) -> None:
        binding = Binding(routing_key or "", pattern or "", queue or "")
        self._change_table(exchange, lambda table: table if binding in table else [binding, *table])

    def _delete(self, queue: str, exchange: str, routing_key: str, pattern: str, *args: Any, **kwargs: Any) -> None:
        self._purge(queue)
        binding = Binding(routing_key or "", pattern or "", queue or "")
        self._change_table(exchange, lambda table: [row for row in table if row != binding])

    def _change_table(self, exchange: str, change: Callable[[list[Any]], list[Any]]) -> None:
        file = self._file_of(exchange)
        self.control_folder.mkdir(parents=True, exist_ok=True)
        with locked(self.control_folder / "lock"):
            before = self.get_table(exchange)
            after = change(before)
            if after != before:
                write_whole(file, dumps(after))


@contextmanager
def locked(path: Path) -> Iterator[None]:
    with path.open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


class Transport(filesystem.Transport):
    Channel = Channel
    polling_interval = 0.05

    def establish_connection(self) -> Any:
        """The folders belong to the broker; nobody has to make them first."""
        options = (self.client and self.client.transport_options) or {}
        for option in ("data_folder_in", "data_folder_out", "control_folder"):
            Path(options[option]).mkdir(parents=True, exist_ok=True)
        return super().establish_connection()
