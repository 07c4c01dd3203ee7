"""A born-digital PDF of 100 pages: the whole HTTP round trip against `pdftotext FILE -`."""

from __future__ import annotations

import subprocess
import time
from pathlib import Path

import pdfwriter
import score
import server
import texts
from report import Row, Spread
from settings import Settings

TITLE = "Born-digital PDF, 100 pages"
PAGES = 100
CHARACTERS_PER_PAGE = 3000
REACH_RATIO = 2.0
REACH_F1 = 0.99
FIELDS = {"engine": "local/paddleocr:fast", "output": "text"}


def make_document() -> tuple[bytes, str]:
    """The file, and the text that is in it."""
    pages = [texts.plain_lines(number, CHARACTERS_PER_PAGE) for number in range(PAGES)]
    marks = [[pdfwriter.TextRun(60, 780 - 13 * row, line) for row, line in enumerate(lines)] for lines in pages]
    return pdfwriter.text_pdf(marks), "\n".join(line for lines in pages for line in lines)


def run_pdftotext(path: Path) -> server.Answer:
    """One run of the peer, process start included."""
    begin = time.perf_counter()
    done = subprocess.run(["pdftotext", str(path), "-"], capture_output=True, check=True)
    return server.Answer(time.perf_counter() - begin, done.stdout.decode())


def measure(settings: Settings) -> list[Row]:
    """Both take turns at the same file, the first call of each excluded."""
    document, truth = make_document()
    path = settings.work_folder / "digital.pdf"
    path.write_bytes(document)
    body = server.multipart(document, path.name, "application/pdf", FIELDS)
    pairs = []
    with server.running(settings.executable) as mediary:
        mediary.await_health()
        ours, theirs = mediary.read(body), run_pdftotext(path)
        for turn in range(settings.count(20, quick=5)):
            if turn % 2:
                pairs.append((mediary.read(body).seconds, run_pdftotext(path).seconds))
            else:
                peer_seconds = run_pdftotext(path).seconds
                pairs.append((mediary.read(body).seconds, peer_seconds))
    ratio = Spread.of(own / peer for own, peer in pairs)
    agreement = score.word_f1(theirs.content, ours.content)
    return [
        Row(f"round trip, {len(document) / 1024:.0f} KiB", Spread.of(own for own, _ in pairs).seconds(),
            Spread.of(peer for _, peer in pairs).seconds(), ratio.plain(), f"≤ {REACH_RATIO:g} ×",
            ratio.median <= REACH_RATIO),
        Row("word F1 against the peer's text", f"{agreement:.4f}", reach=f"≥ {REACH_F1}", met=agreement >= REACH_F1),
        Row("word F1 against the truth", f"{score.word_f1(truth, ours.content):.4f}",
            f"{score.word_f1(truth, theirs.content):.4f}"),
    ]
