"""Named places where a test makes something fail: the worker dies, a call hangs, an error is raised.

`WBL_FAULTS="document.claimed=kill,mail.sent=raise"` in the environment of a process arms them, and only where tests or
a demonstration run.
Add `:N` to act at the N-th passing only.
"""

import os
import signal
import time
from collections import Counter

from django.conf import settings

_passed: Counter[str] = Counter()


class Fault(RuntimeError):
    """Raised at an armed point."""


def _armed() -> dict[str, tuple[str, int]]:
    faults = {}
    for entry in filter(None, os.environ.get("WBL_FAULTS", "").split(",")):
        name, _, what = entry.partition("=")
        action, _, nth = what.partition(":")
        faults[name.strip()] = (action, int(nth or 0))
    return faults


def faultpoint(name: str) -> None:
    """Do nothing, unless a test armed this name: then kill this process, raise `Fault`, or hang for a minute."""
    if "WBL_FAULTS" not in os.environ or not (settings.DEBUG or settings.TESTING):
        return
    action, nth = _armed().get(name, ("", 0))
    if not action:
        return
    _passed[name] += 1
    if nth and _passed[name] != nth:
        return
    if action == "kill":
        os.kill(os.getpid(), signal.SIGKILL)
    elif action == "hang":
        time.sleep(60)
    elif action == "raise":
        raise Fault(name)
    else:
        raise ValueError(f"WBL_FAULTS: unknown action {action!r} for {name!r}")
