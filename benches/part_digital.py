"""Born-digital PDFs, plain pages and a book whose fonts are embedded: the whole HTTP round trip against `pdftotext FILE -`."""

from __future__ import annotations

import subprocess
import time
from pathlib import Path

import pages
import pdfwriter
import score
import server
import texts
from report import Row, Spread
from settings import Settings

TITLE = "Born-digital PDF"
PAGES = 100
CHARACTERS_PER_PAGE = 3000
REACH_RATIO = 2.0
BOOK_PAGES = 350
BOOK_REACH_RATIO = 1.5
FACES = ("DejaVuSerif.ttf", "DejaVuSans-Bold.ttf")
CHAPTER_PAGES = 14
REACH_F1 = 0.99
FIELDS = {"engine": "local/paddleocr:fast", "output": "text"}


def make_document() -> tuple[bytes, str]:
    """The file, and the text that is in it."""
    sheets = [texts.plain_lines(number, CHARACTERS_PER_PAGE) for number in range(PAGES)]
    marks = [[pdfwriter.TextRun(60, 780 - 13 * row, line) for row, line in enumerate(lines)] for lines in sheets]
    return pdfwriter.text_pdf(marks), "\n".join(line for lines in sheets for line in lines)


def make_book(count: int) -> tuple[bytes, str]:
    """The same with chapters, running heads and numbers of pages, in embedded faces."""
    serif, bold = (path for path in map(pages.find_font, FACES) if path)
    marks, said = [], []
    for number in range(count):
        chapter = number // CHAPTER_PAGES + 1
        head = f"Chapter {chapter}" if number % CHAPTER_PAGES == 0 else f"The chapter numbered {chapter}"
        size = 18 if number % CHAPTER_PAGES == 0 else 8
        lines = texts.plain_lines(number, CHARACTERS_PER_PAGE)
        marks.append([
            pdfwriter.TextRun(60, 800, head, size, "F2"),
            *(pdfwriter.TextRun(60, 770 - 13 * row, line, 8.5) for row, line in enumerate(lines)),
            pdfwriter.TextRun(290, 30, str(number + 1), 8.5),
        ])
        said += [head, *lines, str(number + 1)]
    return pdfwriter.book_pdf(marks, [serif, bold]), "\n".join(said)


def run_pdftotext(path: Path) -> server.Answer:
    """One run of the peer, process start included."""
    begin = time.perf_counter()
    done = subprocess.run(["pdftotext", str(path), "-"], capture_output=True, check=True)
    return server.Answer(time.perf_counter() - begin, done.stdout.decode())


def measure(settings: Settings) -> list[Row]:
    """Both take turns at the same file, the first call of each excluded."""
    book_pages = settings.count(BOOK_PAGES, quick=60)
    return [
        *_compare(settings, f"{PAGES} pages", make_document(), REACH_RATIO),
        *_compare(settings, f"a book of {book_pages} pages, fonts embedded", make_book(book_pages), BOOK_REACH_RATIO),
    ]


def _compare(settings: Settings, what: str, made: tuple[bytes, str], reach: float) -> list[Row]:
    document, truth = made
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
        Row(f"{what}: round trip, {len(document) / 1024:.0f} KiB", Spread.of(own for own, _ in pairs).seconds(),
            Spread.of(peer for _, peer in pairs).seconds(), ratio.plain(), f"≤ {reach:g} ×", ratio.median <= reach),
        Row(f"{what}: word F1 against the peer's text", f"{agreement:.4f}", reach=f"≥ {REACH_F1}", met=agreement >= REACH_F1),
        Row(f"{what}: word F1 against the truth", f"{score.word_f1(truth, ours.content):.4f}",
            f"{score.word_f1(truth, theirs.content):.4f}"),
    ]
