"""What processes hold, from /proc: memory, files, children."""

import os
import statistics
from collections.abc import Iterable
from pathlib import Path

MIB = 1024 * 1024


def family(pid: int) -> list[int]:
    """A process and everything it started, in whatever group."""
    parents: dict[int, list[int]] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            text = stat.read_text()
        except OSError:  # it ended while we looked
            continue
        parents.setdefault(int(text[text.rindex(")") + 2 :].split()[1]), []).append(int(stat.parent.name))
    found = [pid]
    for each in found:
        found += parents.get(each, [])
    return found


def command(pid: int) -> str:
    """How it was called; empty once it is gone."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    except OSError:
        return ""


def memory(pid: int, name: str = "VmRSS") -> int:
    """Bytes in memory now, or ("VmHWM") at most since `forget_peak`; 0 once it is gone."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith(f"{name}:")), 0)


def forget_peak(pid: int) -> None:
    """From now on VmHWM is the most that it has from now on."""
    Path(f"/proc/{pid}/clear_refs").write_text("5")


def open_files(pid: int) -> list[str]:
    """What its file descriptors lead to; empty once it is gone."""
    found = []
    try:
        for each in os.listdir(f"/proc/{pid}/fd"):
            try:
                found.append(os.readlink(f"/proc/{pid}/fd/{each}"))
            except OSError:
                continue
    except OSError:
        return []
    return found


def percentile(values: Iterable[float], percent: int) -> float:
    """The value that so many per cent do not exceed."""
    rows = list(values)
    return statistics.quantiles(rows, n=100, method="inclusive")[percent - 1] if len(rows) > 1 else rows[0]


def words_of(values: Iterable[float]) -> str:
    """Median and 95th percentile of seconds, in milliseconds."""
    rows = list(values)
    return f"{percentile(rows, 50) * 1000:.0f}/{percentile(rows, 95) * 1000:.0f}"
