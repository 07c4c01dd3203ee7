"""How much longer a searchable PDF of ten scans takes than reading them, and whether it can be searched.

A row of the accuracy part. Other programs judge the file: poppler's `pdftotext`, and PDFium's own search.
"""

from __future__ import annotations

import subprocess
import time

import pages
import pdfwriter
import score
import server
from report import Row, Spread
from settings import Settings

SCANS = 10
REACH_RATIO = 1.15
REACH_F1 = 0.99
WORDS_SOUGHT = 60


def rows(settings: Settings, mediary: server.Server, engine: str) -> list[Row]:
    """Time of `output=pdf` against `output=text`, pair by pair, and what two readers of PDF find in the result."""
    scans = pages.make_pages(SCANS, seed=3)
    document = pdfwriter.image_pdf([scan.jpeg for scan in scans], pages.DPI)
    what = f"searchable PDF of {SCANS} A4 scans"
    fields = [mediary.fresh_fields({"engine": engine, "output": output}) for output in ("text", "pdf")]
    bodies = [server.multipart(document, "scans.pdf", "application/pdf", asked) for asked in fields]
    try:
        text, first = mediary.read(bodies[0]), mediary.read_raw(bodies[1])
    except server.ServerUnavailable as reason:
        return [Row(what, f"not measured: {str(reason)[:120]}".replace("|", "/"), reach=f"≤ {REACH_RATIO} × reading")]
    pairs = []
    for turn in range(settings.count(5, quick=2)):
        if turn % 2:
            reading = mediary.read(bodies[0]).seconds
            pairs.append((mediary.read_raw(bodies[1]).seconds, reading))
        else:
            pairs.append((mediary.read_raw(bodies[1]).seconds, mediary.read(bodies[0]).seconds))
        time.sleep(0.1)
    ratio = Spread.of(made / read for made, read in pairs)
    return [
        Row(what, Spread.of(made for made, _ in pairs).seconds(), Spread.of(read for _, read in pairs).seconds(),
            ratio.plain(), f"≤ {REACH_RATIO} × reading", ratio.median <= REACH_RATIO),
        *_found(settings, first.data, text.content),
    ]


def _found(settings: Settings, made: bytes, text: str) -> list[Row]:
    """What poppler and PDFium find of the text that was read."""
    path = settings.work_folder / "searchable.pdf"
    path.write_bytes(made)
    done = subprocess.run(["pdftotext", str(path), "-"], capture_output=True, check=True)
    by_poppler = score.word_f1(text, done.stdout.decode())
    by_pdfium = _share_found(made, text)
    return [
        Row("its text by pdftotext: word F1 against what was read", f"{by_poppler:.4f}", reach=f"≥ {REACH_F1}",
            met=by_poppler >= REACH_F1),
        Row("words that PDFium finds in it", f"{by_pdfium:.4f}", reach=f"≥ {REACH_F1}", met=by_pdfium >= REACH_F1),
    ]


def _share_found(made: bytes, text: str) -> float:
    """The share of a sample of long words that PDFium's search finds on some page."""
    import pypdfium2  # only this row needs it

    words = sorted({word for word in text.split() if word.isalpha() and len(word) > 5})
    sought = words[:: max(1, len(words) // WORDS_SOUGHT)]
    document = pypdfium2.PdfDocument(made)
    layers = [document[index].get_textpage() for index in range(len(document))]
    hits = sum(any(layer.search(word, match_case=True).get_next() for layer in layers) for word in sought)
    return hits / max(1, len(sought))
