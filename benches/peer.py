"""Other readers in a process of their own, so that their threads and memory stay apart from client and server.

Run as a program, with a reader's name, it reads one picture path per line and answers one JSON line with the seconds
that the reader took, and its text in its own order. `Peer` is the other end. The file is already in memory when the
clock starts. Readers are made with their defaults and nothing else.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from server import Answer

TINY, SMALL, RAPID = "tiny", "small", "rapidocr"
"""faster-paddle with its two sizes of models, and RapidOCR."""


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
def running(reader: str = TINY) -> Iterator[Peer]:
    """A peer that is stopped at the end."""
    process = subprocess.Popen([sys.executable, __file__, reader], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                               stderr=subprocess.DEVNULL, text=True)
    try:
        yield Peer(process)
    finally:
        process.terminate()
        process.wait()


def make_reader(name: str) -> Callable[[bytes], str]:
    """The reader of that name, imported only here, so that no other reader pays for it."""
    if name == RAPID:
        from rapidocr import RapidOCR

        rapid = RapidOCR()
        return lambda data: "\n".join(rapid(data).txts or ())
    from faster_paddle import OcrEngine

    engine = OcrEngine(model_size=name)
    return lambda data: str(engine.ocr(data)["text"])


def serve() -> None:
    """Answers until standard input ends."""
    read = make_reader(sys.argv[1])
    answers, sys.stdout = sys.stdout, sys.stderr  # whatever a reader logs must not come between the answers
    for line in sys.stdin:
        data = Path(line.strip()).read_bytes()
        begin = time.perf_counter()
        content = read(data)
        seconds = time.perf_counter() - begin
        print(json.dumps({"seconds": seconds, "content": content}), file=answers, flush=True)


if __name__ == "__main__":
    serve()
