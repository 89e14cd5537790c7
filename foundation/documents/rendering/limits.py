"""What one document may cost. The child asks the kernel to enforce it; the parent's clock is the second line."""

import resource
import sys
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Limits:
    """Of one document. The page size of the largest toolbox takes a tenth of each."""

    wall_seconds: float = 20
    cpu_seconds: int = 20
    # Of addresses: a part of what a warm process has is only reserved, so this keeps its growth under 512 MiB.
    memory_bytes: int = 440 * 1024 * 1024
    start_seconds: float = 30
    documents: int = 200


def limit_memory(above_baseline: int) -> None:
    """Allow this process so much more address space than it has now. Without /proc (macOS) only the clock limits it."""
    status = Path("/proc/self/statm")
    if not status.exists():
        return
    baseline = int(status.read_text().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (baseline + above_baseline, baseline + above_baseline))


def limit_cpu(seconds: int) -> None:
    """Allow this process so many more seconds of computing; the kernel ends it after that, whatever code swallows."""
    usage = resource.getrusage(resource.RUSAGE_SELF)
    hard = resource.getrlimit(resource.RLIMIT_CPU)[1]
    resource.setrlimit(resource.RLIMIT_CPU, (int(usage.ru_utime + usage.ru_stime) + 1 + seconds, hard))


def refuse_core_files() -> None:
    """A killed renderer leaves no picture of people's plans on the disk."""
    if sys.platform != "win32":
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
