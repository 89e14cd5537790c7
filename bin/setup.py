"""Make .venv what the lock file says, and do nothing when it already is.

`bin/setup.py run` installs what the application needs, `bin/setup.py dev` also what the checks and tests need.
Standard library only, and readable by Python 3.7 and newer, so that an old one gets a sentence and not a traceback.
"""

from __future__ import annotations

import ctypes
import ctypes.util
import hashlib
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
LOCKS = {"run": ROOT / "requirements.txt", "dev": ROOT / "requirements-dev.txt"}
OLDEST = (3, 11)
PIP = [str(VENV / "bin" / "python"), "-m", "pip", "install", "-qq", "--disable-pip-version-check"]

# What WeasyPrint loads when it is imported: file names to try, then the package that has it on Debian and Ubuntu.
LIBRARIES = {
    "GObject": (["libgobject-2.0.so.0", "libgobject-2.0.0.dylib"], "libglib2.0-0"),
    "Pango": (["libpango-1.0.so.0", "libpango-1.0.dylib"], "libpango-1.0-0"),
    "PangoFT2": (["libpangoft2-1.0.so.0", "libpangoft2-1.0.dylib"], "libpangoft2-1.0-0"),
    "HarfBuzz": (["libharfbuzz.so.0", "libharfbuzz.0.dylib"], "libharfbuzz0b"),
    "HarfBuzz subset": (["libharfbuzz-subset.so.0", "libharfbuzz-subset.0.dylib"], "libharfbuzz-subset0"),
    "Fontconfig": (["libfontconfig.so.1", "libfontconfig.1.dylib"], "libfontconfig1"),
}


def loads(names: list[str]) -> bool:
    """Whether one of these shared libraries can be loaded in this process."""
    stems = [name.split(".so")[0].split(".dylib")[0].removeprefix("lib") for name in names]
    for name in [*names, *filter(None, map(ctypes.util.find_library, stems))]:
        try:
            ctypes.CDLL(name)
        except OSError:
            continue
        return True
    return False


def missing_libraries(can_load: Callable[[list[str]], bool] = loads) -> list[tuple[str, str]]:
    """The (name, Debian package) pairs of the system libraries for PDF that are not here."""
    return [(name, package) for name, (files, package) in LIBRARIES.items() if not can_load(files)]


def how_to_get(missing: list[tuple[str, str]], platform: str = sys.platform) -> list[str]:
    """Which library is missing and the command that brings it, as lines."""
    lines = ["PDF documents need system libraries that are not on this machine:", ""]
    lines += [f"  {name}" for name, _ in missing]
    if platform == "darwin":
        lines += ["", "Install them with", "", "  brew install pango", ""]
        lines += ["and, if Python still does not find them, export DYLD_FALLBACK_LIBRARY_PATH=$(brew --prefix)/lib"]
    else:
        root = "" if hasattr(os, "geteuid") and os.geteuid() == 0 else "sudo "
        packages = " ".join(package for _, package in missing)
        lines += ["", "Install them with", "", f"  {root}apt-get install {packages}"]
        lines += ["", "(Fedora: dnf install pango; Alpine: apk add pango fontconfig)"]
    return [*lines, "", "then run the same command again."]


def stop(*lines: str) -> NoReturn:
    print("\n".join(lines), file=sys.stderr)
    raise SystemExit(1)


def fingerprint(lock: Path) -> str:
    return hashlib.sha256(lock.read_bytes() + sys.version.encode() + str(VENV).encode()).hexdigest()


def is_current(what: str) -> bool:
    """What was installed is this lock file, for this Python, in this place."""
    stamp = VENV / f".installed-{what}"
    return stamp.exists() and stamp.read_text() == fingerprint(LOCKS[what]) and (VENV / "bin" / "python").exists()


def make_venv() -> None:
    python = VENV / "bin" / "python"
    version = "import sys; print(sys.version_info[:2])"
    if python.exists():
        found = subprocess.run([python, "-c", version], capture_output=True, text=True, check=False)
        if found.returncode == 0 and found.stdout.strip() == str(sys.version_info[:2]):
            return
        shutil.rmtree(VENV)
    print(f"Making .venv with Python {sys.version.split()[0]}", flush=True)
    if subprocess.run([sys.executable, "-m", "venv", VENV], check=False).returncode:
        shutil.rmtree(VENV, ignore_errors=True)
        stop("Python could not make a virtual environment.", "On Debian and Ubuntu: apt-get install python3-venv")


def pin_of(package: str) -> str:
    """The lines of the development lock that pin this package: its version and its hashes."""
    found = re.search(rf"^{re.escape(package)}==.*?[^\\]$", LOCKS["dev"].read_text(), re.MULTILINE | re.DOTALL)
    if found is None:
        stop(f"{LOCKS['dev'].name} does not pin {package}. Resolve it anew: make lock")
    return found.group()


def install_with_uv(lock: Path) -> bool:
    """uv needs seconds where pip needs a minute. It reads no settings of pip's, so where only pip knows the way to the
    packages it fails; False then.
    """
    pin = VENV / "uv.txt"
    pin.write_text(pin_of("uv"))
    if subprocess.run([*PIP, "--require-hashes", "--no-deps", "-r", str(pin)], check=False).returncode:
        return False
    command = [str(VENV / "bin" / "uv"), "pip", "install", "--python", str(VENV / "bin" / "python")]
    done = subprocess.run(
        [*command, "--require-hashes", "--no-deps", "-r", str(lock)],
        env={"UV_HTTP_TIMEOUT": "15", **os.environ},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        print("uv could not do it, so pip will:", *done.stderr.strip().splitlines()[-1:], flush=True)
    return not done.returncode


def install(what: str) -> None:
    lock = LOCKS[what]
    print(f"Installing {lock.name}", flush=True)
    by_pip = [*PIP, "--require-hashes", "--no-deps", "-r", str(lock)]
    if not install_with_uv(lock) and subprocess.run(by_pip, check=False).returncode:
        stop(
            f"Installing {lock.name} failed; the reason is above. What was installed stays, so a second try is shorter."
        )
    done = ["run", "dev"] if what == "dev" else ["run"]
    for name in done:  # the development lock contains the other one
        (VENV / f".installed-{name}").write_text(fingerprint(LOCKS[name]))


def main(what: str) -> None:
    missing = missing_libraries()
    if missing:
        stop(*how_to_get(missing))
    if is_current(what):
        return
    make_venv()
    install(what)


if __name__ == "__main__":
    if sys.version_info < OLDEST:
        needed = ".".join(map(str, OLDEST))
        stop(
            "This needs Python %s or newer; %s is %s." % (needed, sys.executable, sys.version.split()[0]),  # noqa: UP031
            "Name another one: make PYTHON=python3.12 ...",
        )
    main(sys.argv[1] if len(sys.argv) > 1 else "run")
