"""The engines of the accuracy part, and the memory of what peers answered.

Every engine is asked for one page file at a time and gives text and seconds. Peers never change between two runs of
the same version, so that their answers are kept by page and version under `target/bench-work`; ours are not.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

import peer
import server
from kinds import Page

MIME = {".png": "image/png", ".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".webp": "image/webp"}
LEVELS = {
    "fast": ("local/paddleocr:fast",),
    "auto": ("local/paddleocr:auto", "local/paddleocr"),
    "accurate": ("local/paddleocr:accurate",),
}
"""Our levels and the names under which a server may list them, best first."""
PEERS = {"tesseract": "Tesseract", "rapidocr": "RapidOCR", "tiny": "faster-paddle tiny", "small": "faster-paddle small"}
TESSERACT_HINT = ("apt-get install tesseract-ocr tesseract-ocr-osd "
                  "tesseract-ocr-{deu,fra,spa,pol,ces,swe,chi-sim,chi-tra,jpn}")
PAUSE_SECONDS = 0.05


@dataclass(frozen=True)
class Reading:
    """What an engine made of one page. `kept` when it comes from an earlier run."""

    seconds: float
    content: str
    kept: bool = False


Read = Callable[[Page, Path], server.Answer]
"""Reads a page, of which there is also a file."""


def levels_of(mediary: server.Server) -> dict[str, str]:
    """The engine names of those of our levels that the server lists."""
    listed = mediary.engines()
    found = {level: next((name for name in names if name in listed), "") for level, names in LEVELS.items()}
    if not found["auto"] and found["accurate"]:
        found["auto"] = "local/paddleocr"  # the engine without a level, which need not be listed by itself
    return {level: name for level, name in found.items() if name}


def ours(mediary: server.Server, engine: str) -> Read:
    """A level of ours, over HTTP."""

    def read(page: Page, _: Path) -> server.Answer:
        fields, suffix = mediary.fresh_fields({"engine": engine, "output": "text"}), page.copy.suffix
        return mediary.read(server.multipart(page.copy.data, page.name + suffix, MIME[suffix], fields))

    return read


@contextmanager
def opened(name: str) -> Iterator[Read]:
    """A peer that is stopped at the end."""
    if name == "tesseract":
        yield tesseract
        return
    with peer.running(name) as running:
        yield lambda _, path: running.read(path)


def tesseract(page: Page, path: Path) -> server.Answer:
    """One process per page and one thread, in the page's language; OSD where a page may lie on its side."""
    segmentation = "1" if page.kind == "rotated" else "3"
    command = ["tesseract", str(path), "stdout", "-l", page.language, "--psm", segmentation]
    begin = time.perf_counter()
    done = subprocess.run(command, capture_output=True, env={**os.environ, "OMP_THREAD_LIMIT": "1"})
    seconds = time.perf_counter() - begin
    if done.returncode != 0:
        raise RuntimeError(f"tesseract: {done.stderr.decode(errors='replace')[-300:]}")
    return server.Answer(seconds, done.stdout.decode())


def tesseract_lacks(languages: set[str]) -> str:
    """Why Tesseract cannot take part, or nothing."""
    if shutil.which("tesseract") is None:
        return f"is not installed: {TESSERACT_HINT}"
    listed = subprocess.run(["tesseract", "--list-langs"], capture_output=True, text=True, check=True).stdout.split()
    missing = sorted(language for language in languages if language not in listed)
    return f"lacks {', '.join(missing)}: {TESSERACT_HINT}" if missing else ""


def version_of(name: str) -> str:
    """What its answers are kept under."""
    if name == "tesseract":
        first = subprocess.run(["tesseract", "--version"], capture_output=True, text=True, check=True).stdout.split()
        return f"tesseract-{first[1]}"
    package = "rapidocr" if name == peer.RAPID else "faster-paddle"
    runtime = f"-onnxruntime-{metadata.version('onnxruntime')}" if name == peer.RAPID else f"-{name}"
    return f"{package}-{metadata.version(package)}{runtime}"


class Memory:
    """The answers of one peer in one version, kept on disk by what was asked."""

    def __init__(self, folder: Path, version: str) -> None:
        self._folder = folder / version
        self._folder.mkdir(parents=True, exist_ok=True)

    def recall(self, page: Page) -> Reading | None:
        """What it answered before."""
        path = self._path(page)
        return Reading(**json.loads(path.read_text(encoding="utf-8")), kept=True) if path.is_file() else None

    def keep(self, page: Page, answer: server.Answer) -> None:
        """Keeps an answer."""
        kept = json.dumps({"seconds": answer.seconds, "content": answer.content})
        self._path(page).write_text(kept, encoding="utf-8")

    def _path(self, page: Page) -> Path:
        asked = hashlib.sha256(page.copy.data + f"{page.language} {page.kind == 'rotated'}".encode()).hexdigest()
        return self._folder / f"{asked[:32]}.json"


def read_all(read: Read, sheets: list[tuple[Page, Path]], memory: Memory | None = None) -> dict[str, Reading]:
    """Reads every page once, after one reading of the first that does not count. Keeps answers if asked."""
    read(*sheets[0])
    readings = {}
    for page, path in sheets:
        time.sleep(PAUSE_SECONDS)
        answer = read(page, path)
        readings[page.name] = Reading(answer.seconds, answer.content)
        if memory is not None:
            memory.keep(page, answer)
    return readings


def read_with_peer(name: str, sheets: list[tuple[Page, Path]], memory: Memory, fresh: bool) -> dict[str, Reading]:
    """As `read_all`, but asks the peer only for pages that it has not read before, unless all is to be fresh."""
    readings = {} if fresh else {page.name: known for page, _ in sheets if (known := memory.recall(page))}
    missing = [(page, path) for page, path in sheets if page.name not in readings]
    if missing:
        with opened(name) as read:
            readings |= read_all(read, missing, memory)
    return readings
