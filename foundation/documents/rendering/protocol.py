"""What parent and child say to each other: a JSON header and any number of byte strings, each after its length."""

import json
import struct
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

_LENGTH = struct.Struct(">I")
LIMIT = 64 * 1024 * 1024  # of one part: larger means that the stream is out of step, not that someone wrote a long plan

ROOT = Path(__file__).resolve().parents[3]
STATIC = ROOT / "static"
FONTS = STATIC / "vendor" / "fonts" / "pdf"
STYLESHEET = STATIC / "print" / "print.css"


@dataclass(frozen=True)
class Message:
    """One request or answer."""

    header: dict[str, Any]
    blobs: list[bytes] = field(default_factory=list)

    def encode(self) -> bytes:
        """The bytes as they go through the pipe."""
        parts = [json.dumps({**self.header, "blobs": len(self.blobs)}).encode(), *self.blobs]
        return b"".join(_LENGTH.pack(len(part)) + part for part in parts)


def receive(read: Callable[[int], bytes]) -> Message:
    """Read one message with `read(n)`, which returns exactly n bytes or raises EOFError."""

    def part() -> bytes:
        (length,) = _LENGTH.unpack(read(_LENGTH.size))
        if length > LIMIT:
            raise EOFError(f"a part of {length} bytes was announced")
        return read(length)

    header = json.loads(part())
    return Message(header, [part() for _ in range(header.pop("blobs"))])
