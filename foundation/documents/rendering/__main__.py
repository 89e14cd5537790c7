"""The rendering process: warm, one document at a time, until its parent goes away or the kernel ends it.

Its one argument is the folder that its parent made for it.
"""

import gc
import os
import shutil
import sys
from typing import Any

from foundation.documents.rendering.limits import Limits, limit_cpu, limit_memory, refuse_core_files
from foundation.documents.rendering.protocol import Message, receive


def main() -> None:
    """Say that it is ready, then answer each request with a header and, where there is one, a PDF."""
    # What some library prints must not end up between two messages: the pipe moves, standard output becomes the log.
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    requests = sys.stdin.buffer

    def read(size: int) -> bytes:
        data = requests.read(size)
        if len(data) < size:
            raise EOFError
        return data

    refuse_core_files()
    from foundation.documents.rendering import engine, merging

    def answer(request: Message) -> Message:
        header: dict[str, Any] = request.header
        try:
            if header["do"] == "render":
                result = engine.render(request.blobs[0].decode(), header["css"])
            else:
                result = merging.merge(request.blobs[0], request.blobs[1:], title=header["title"], css=header["css"])
        except engine.CannotRender as error:
            return Message({"error": str(error)})
        except MemoryError:
            return Message({"error": "the document needs more memory than one may have", "worn": True})
        except Exception as error:  # noqa: BLE001 - whatever a page does to the engine is an answer about that page
            return Message({"error": f"{type(error).__name__}: {error}"[:500], "worn": True})
        return Message({"pages": result.pages, "missing": list(result.missing)}, [result.pdf])

    engine.warm_up()
    gc.collect()
    gc.freeze()
    gc.disable()
    limits = Limits()
    limit_memory(limits.memory_bytes)
    try:
        answers.write(Message({"ready": True}).encode())
        answers.flush()
        while True:
            request = receive(read)
            limit_cpu(limits.cpu_seconds)
            answers.write(answer(request).encode())
            answers.flush()
            gc.collect()
    except (EOFError, BrokenPipeError):
        shutil.rmtree(sys.argv[1], ignore_errors=True)  # the parent went; if it was killed, it could not do this


if __name__ == "__main__":
    main()
