"""`make run` starts again what ended, passes signals on and leaves nothing behind."""

import os
import signal
import socket
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest

from bin import run, setup

ROOT = Path(__file__).resolve().parents[2]
# Two programs that note their starts, one of them with a child of its own that would outlive it.
SCRIPT = """
import pathlib, subprocess, sys, time
from bin import run
folder = pathlib.Path(sys.argv[1])
note = "import os, sys, time; open(sys.argv[1], 'a').write(f'{os.getpid()}\\\\n'); time.sleep(60)"
parent = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {note!r}, sys.argv[1]])"
commands = {
    "steady": [sys.executable, "-c", note, str(folder / "steady")],
    "parent": [sys.executable, "-c", parent, str(folder / "child")],
}
run.BACKOFF = (0.1,)
run.Supervisor(commands, {}).run()
"""


def pids(path: Path) -> list[int]:
    return [int(line) for line in path.read_text().splitlines()] if path.exists() else []


def alive(pid: int) -> bool:
    try:
        return "State:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return False


def wait_until(condition, seconds=10.0):
    until = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < until, "it did not happen in time"
        time.sleep(0.05)


@pytest.fixture
def supervisor(tmp_path):
    with subprocess.Popen(
        [sys.executable, "-c", SCRIPT, tmp_path], cwd=ROOT, stderr=subprocess.PIPE, text=True
    ) as process:
        wait_until(lambda: pids(tmp_path / "steady") and pids(tmp_path / "child"))
        yield process
        process.kill()
        for pid in [*pids(tmp_path / "steady"), *pids(tmp_path / "child")]:
            if alive(pid):
                os.kill(pid, signal.SIGKILL)


@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
def test_what_was_killed_starts_again(supervisor, tmp_path):
    first = pids(tmp_path / "steady")[0]
    os.kill(first, signal.SIGKILL)
    wait_until(lambda: len(pids(tmp_path / "steady")) == 2)
    assert supervisor.poll() is None
    assert alive(pids(tmp_path / "child")[0]), "the other program was left alone"


@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
def test_the_children_of_a_killed_program_do_not_go_on_without_it(supervisor, tmp_path):
    child = pids(tmp_path / "child")[0]
    parent = int(Path(f"/proc/{child}/stat").read_text().split(") ")[1].split()[1])
    os.kill(parent, signal.SIGKILL)
    wait_until(lambda: not alive(child))
    wait_until(lambda: len(pids(tmp_path / "child")) == 2)


@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_stopping_it_stops_everything(supervisor, tmp_path, number):
    everyone = [*pids(tmp_path / "steady"), *pids(tmp_path / "child")]
    supervisor.send_signal(number)
    assert supervisor.wait(timeout=10) == 0
    assert [pid for pid in everyone if alive(pid)] == []


@pytest.mark.skipif(sys.platform != "linux", reason="asks the Linux kernel")
def test_a_killed_supervisor_takes_its_programs_along(supervisor, tmp_path):
    steady = pids(tmp_path / "steady")[0]
    supervisor.kill()
    wait_until(lambda: not alive(steady))


def test_the_key_is_made_once_and_only_its_owner_reads_it(tmp_path):
    key = run.secret_key(tmp_path)
    assert len(key) >= 50
    assert run.secret_key(tmp_path) == key
    assert stat.S_IMODE((tmp_path / "secret-key").stat().st_mode) == 0o600


@pytest.mark.enable_socket
def test_a_taken_port_is_said():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(SystemExit, match=r"cannot be used: Address already in use.*PORT=8001"):
            run.need_free_port("127.0.0.1", str(taken.getsockname()[1]))


@pytest.mark.parametrize("port", ["", "http", "0", "65536", "-1"])
def test_a_port_that_is_none_is_said(port):
    with pytest.raises(SystemExit, match="PORT must be a number"):
        run.need_free_port("127.0.0.1", port)


def test_a_second_start_on_the_same_folder_is_refused(tmp_path):
    with run.only_one(tmp_path), pytest.raises(SystemExit, match="already runs"):
        run.only_one(tmp_path)


def test_a_missing_library_is_named_with_the_command_that_brings_it():
    missing = setup.missing_libraries(lambda names: "pango" not in names[0])
    assert [name for name, _ in missing] == ["Pango", "PangoFT2"]
    text = "\n".join(setup.how_to_get(missing, "linux"))
    assert "apt-get install libpango-1.0-0 libpangoft2-1.0-0" in text
    assert "brew install pango" in "\n".join(setup.how_to_get(missing, "darwin"))
    assert setup.missing_libraries() == []


def test_the_installer_is_pinned_like_everything_it_installs():
    version, *hashes = setup.pin_of("uv").splitlines()
    assert version.startswith("uv==")
    assert hashes
    assert all(line.strip().startswith("--hash=sha256:") for line in hashes)
