"""faster-paddle in a process of its own, so that its threads and memory stay apart from client and server.

Run as a program it reads one picture path per line and answers one JSON line with the seconds that
`OcrEngine.ocr` took, and its text. `Peer` is the other end. The picture is an uncompressed BMP already in memory
when the clock starts: the entry point that costs the peer least.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from server import Answer


class Peer:
    """A running peer."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def read(self, picture: Path) -> Answer:
        """Has one picture read."""
        if self._process.stdin is None or self._process.stdout is None:
            raise RuntimeError("the peer was started without pipes")
        self._process.stdin.write(f"{picture}\n")
        self._process.stdin.flush()
        return Answer(**json.loads(self._process.stdout.readline()))


@contextmanager
def running() -> Iterator[Peer]:
    """A peer that is stopped at the end."""
    process = subprocess.Popen([sys.executable, __file__], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        yield Peer(process)
    finally:
        process.terminate()
        process.wait()


def serve() -> None:
    """Answers until standard input ends."""
    from faster_paddle import OcrEngine  # only the child process pays for it

    engine = OcrEngine(model_size="tiny")
    for line in sys.stdin:
        data = Path(line.strip()).read_bytes()
        begin = time.perf_counter()
        result = engine.ocr(data)
        seconds = time.perf_counter() - begin
        print(json.dumps({"seconds": seconds, "content": result["text"]}), flush=True)


if __name__ == "__main__":
    serve()
