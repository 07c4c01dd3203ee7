"""Pages as magazines and papers print them: character error rate of scans, and of PDFs whose text comes as it is read or
line by line over the whole sheet, beside Tesseract on the scans. `magazines.py` draws the pages.
"""

from __future__ import annotations

import shutil
import statistics
import subprocess
from collections import defaultdict
from pathlib import Path

import magazines
import score
import server
from report import Findings, Row
from settings import Settings

TITLE = "Magazine pages"
REACH = 0.03
FORMS = ("scan", "PDF as read", "PDF line by line")
PEER = "Tesseract, scan"
PACKAGES = {"tesseract-ocr": "", "fonts-liberation": ""}


def tesseract(path: Path) -> str:
    """What the peer reads."""
    command = ["tesseract", str(path), "stdout", "-l", "eng", "--psm", "3"]
    return subprocess.run(command, capture_output=True, check=True).stdout.decode()


def measure(settings: Settings) -> Findings:
    """Everything reads the same pages."""
    folder = settings.work_folder / "magazines"
    folder.mkdir(parents=True, exist_ok=True)
    rates: dict[tuple[str, str], list[float]] = defaultdict(list)
    kinds = [kind for kind in magazines.KINDS if not settings.kinds or kind in settings.kinds]
    with server.running(settings.executable) as mediary:
        mediary.await_health()
        for page in (page for kind in kinds for page in magazines.made(kind, settings.count(4, quick=1))):
            scan = folder / f"{page.name}.jpg"
            scan.write_bytes(page.scan().data)
            spread = page.spread
            forms = (scan.read_bytes(), spread.pdf(by_height=False), spread.pdf(by_height=True))
            for form, data in zip(FORMS, forms, strict=True):
                mime = "image/jpeg" if form == "scan" else "application/pdf"
                fields = mediary.fresh_fields({"engine": "local", "output": "text"})
                answer = mediary.read(server.multipart(data, page.name, mime, fields))
                rates[page.kind, form].append(score.character_error_rate(page.truth, answer.content))
            if shutil.which("tesseract"):
                rates[page.kind, PEER].append(score.character_error_rate(page.truth, tesseract(scan)))
    return Findings(_rows(rates), _table(rates, kinds))


def _rows(rates: dict[tuple[str, str], list[float]]) -> list[Row]:
    """The worst kind of each form."""
    rows = []
    for form in FORMS:
        worst, kind = max((statistics.fmean(found), kind) for (kind, of), found in rates.items() if of == form)
        rows.append(Row(f"character error rate, {form}, worst kind ({kind})", f"{worst:.4f}", reach=f"≤ {REACH:g}",
                        met=worst <= REACH))
    return rows


def _table(rates: dict[tuple[str, str], list[float]], kinds: list[str]) -> str:
    """Each kind and form."""
    columns = [*FORMS, *([PEER] if any(form == PEER for _, form in rates) else [])]
    lines = ["Character error rate by kind:", "", f"| kind | {' | '.join(columns)} |", "|---|" + "---|" * len(columns)]
    for kind in kinds:
        lines.append(f"| {kind} | " + " | ".join(f"{statistics.fmean(rates[kind, form]):.4f}" for form in columns) + " |")
    return "\n".join(lines) + "\n"
