"""Asked by the container runtime whether web, worker or beat is well: exit code 0 or 1, and a sentence."""

import os
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

BEAT_SILENCE = 600  # seconds; beat writes its schedule every three minutes


def web() -> str:
    port = os.environ.get("PORT", "8000")
    host = os.environ.get("ALLOWED_HOSTS", "localhost").split(",")[0].lstrip(".")
    request = urllib.request.Request(f"http://127.0.0.1:{port}/healthz", headers={"Host": host})
    with urllib.request.urlopen(request, timeout=3) as answer:  # noqa: S310  # the address is the line above
        return f"web answers {answer.status}"


def worker() -> str:
    ping = ["celery", "--app", "wbl_course", "inspect", "--timeout", "3", "ping"]
    subprocess.run(ping, check=True, capture_output=True, timeout=18)
    return "worker answers"


def beat() -> str:
    newest = max(path.stat().st_mtime for path in Path(os.environ.get("DATA_DIR", "var")).glob("beat-schedule*"))
    silence = time.time() - newest
    if silence > BEAT_SILENCE:
        raise TimeoutError(f"beat wrote its schedule {silence:.0f} s ago")
    return "beat is on time"


if __name__ == "__main__":
    try:
        print({"web": web, "worker": worker, "beat": beat}[sys.argv[1]]())
    except (OSError, ValueError, subprocess.SubprocessError) as error:
        raise SystemExit(f"not well: {error}") from None
