"""The embedded broker loses nothing and never shows half a message (trust.md 10a)."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from queue import Empty

import pytest
from kombu import Connection
from kombu.exceptions import ChannelError

from wbl_course import broker

TASKS, PUBLISHERS = 500, 4


@pytest.fixture
def channel(tmp_path):
    options = {
        "data_folder_in": str(tmp_path / "messages"),
        "data_folder_out": str(tmp_path / "messages"),
        "control_folder": str(tmp_path / "messages" / "control"),
    }
    with Connection("filesystem://", transport="wbl_course.broker:Transport", transport_options=options) as connection:
        yield connection.default_channel


def messages(channel) -> list[Path]:
    return sorted(path for path in Path(channel.data_folder_in).iterdir() if path.is_file())


def test_a_message_comes_back_whole_and_in_order(channel):
    for number in range(3):
        channel._put("course", {"number": number})
        time.sleep(0.002)
    assert [channel._get("course")["number"] for _ in range(3)] == [0, 1, 2]
    assert messages(channel) == []
    with pytest.raises(Empty):
        channel._get("course")


def test_a_message_is_invisible_until_it_is_written(channel, monkeypatch):
    seen = []

    def look(path, target):
        seen.append(channel._size("course"))
        return os.replace(path, target)

    monkeypatch.setattr(Path, "replace", look)
    channel._put("course", {"text": "x" * 100_000})
    assert seen == [0]
    assert channel._size("course") == 1


def test_half_a_file_does_not_stop_the_worker(channel):
    (Path(channel.data_folder_in) / "000000000000001_broken.course.msg").write_text('{"half": ')
    channel._put("course", {"whole": True})
    assert channel._get("course") == {"whole": True}


def test_a_full_disk_is_told_to_the_publisher_and_leaves_nothing_behind(channel, monkeypatch):
    def full(path, target):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(ChannelError, match="No space left"):
        channel._put("course", {"text": "x"})
    assert messages(channel) == []


def test_bindings_are_kept_when_many_bind_and_unbind(channel):
    for number in range(5):
        channel._queue_bind("exchange", "key", "", f"queue{number}")
        channel._queue_bind("exchange", "key", "", f"queue{number}")
    channel._delete("queue2", "exchange", "key", "")
    assert [row.queue for row in channel.get_table("exchange")] == ["queue4", "queue3", "queue1", "queue0"]


def test_a_worker_does_each_task_of_several_publishers_once(tmp_path):
    env = {**os.environ, "BROKER_TEST_DIR": str(tmp_path)}
    env.pop("DJANGO_SETTINGS_MODULE", None)  # or Celery would start Django in this worker
    module = "tests.house.broker_app"
    done = tmp_path / "done"
    done.touch()
    command = [
        sys.executable,
        "-m",
        "celery",
        "-A",
        module,
        "worker",
        "-c",
        "2",
        "--without-gossip",
        "--without-mingle",
    ]
    log = (tmp_path / "worker.log").open("w")
    with subprocess.Popen(command, env=env, stdout=log, stderr=log, start_new_session=True) as worker:
        try:
            share = TASKS // PUBLISHERS
            publishers = [
                subprocess.Popen([sys.executable, "-m", module, str(n * share), str((n + 1) * share)], env=env)
                for n in range(PUBLISHERS)
            ]
            assert [publisher.wait(timeout=30) for publisher in publishers] == [0] * PUBLISHERS
            until = time.monotonic() + 30
            while len(done.read_text().splitlines()) < TASKS and time.monotonic() < until:
                assert worker.poll() is None, (tmp_path / "worker.log").read_text()
                time.sleep(0.05)
        finally:
            os.killpg(worker.pid, signal.SIGKILL)
    log.close()
    assert sorted(map(int, done.read_text().split())) == list(range(TASKS))
    assert [path for path in (tmp_path / "messages").iterdir() if path.suffix == broker.ASIDE] == []
