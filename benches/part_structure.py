"""Structure: headings with level, entries of tables and reading order of documents whose sources are known, set with LaTeX
and LibreOffice, as PDF and as 200-DPI scans of it, beside pymupdf4llm with its layout model and markitdown.
"""

from __future__ import annotations

import io
import json
import random
import shutil
import statistics
import subprocess
import sys
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path

import pdfwriter
import provision
import server
import structure_score
import structured_latex
import structured_office
from report import Findings, Row
from settings import Settings

TITLE = "Structure"
OURS, LEADER = "Mediary", "pymupdf4llm"
REACH = {"PDF": (0.95, 0.95, 0.98), "scan": (0.90, 0.90, 0.97)}
REACH_RATIO = 0.3
MEASURES = ("headings with level", "entries of tables", "order")
EACH_KIND = 4
SCAN_DPI = 200
PEERS = provision.ROOT / "target" / "bench-venv-structure"
WANTED = provision.HERE / "requirements-structure.txt"
PACKAGES = {"texlive-latex-extra": "titlesec.sty", "texlive-latex-recommended": "booktabs.sty",
            "texlive-fonts-recommended": "ptmr8t.tfm", "lmodern": "lmodern.sty", "libreoffice-writer": "soffice"}


@dataclass
class Scores:
    """What one reader made of the documents of one kind."""

    headings: list[tuple[int, int, int]] = field(default_factory=list)
    cells: list[tuple[int, int, int]] = field(default_factory=list)
    order: list[float] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)

    def add(self, truth: str, read: str, seconds: float) -> None:
        """Counts one document."""
        expected, found = structure_score.parse(truth), structure_score.parse(read)
        self.headings.append(structure_score.headings(expected, found))
        self.cells.append(structure_score.cells(expected, found))
        self.order.append(structure_score.order(expected, found))
        self.seconds.append(seconds)

    def all(self) -> tuple[float, float, float]:
        """The three measures over all of its documents."""
        def together(counts: list[tuple[int, int, int]]) -> float:
            return structure_score.f1(*(sum(column) for column in zip(*counts)))

        return together(self.headings), together(self.cells), statistics.fmean(self.order)


def documents(folder: Path, each: int) -> list[tuple[str, Path, str]]:
    """Kind, file and truth of each document; what cannot be set here is left out."""
    made, office = [], []
    for kinds, is_latex in ((structured_latex.KINDS, True), (structured_office.KINDS, False)):
        for kind, make in kinds.items():
            for number in range(each):
                name = f"{kind.replace(' ', '-')}-{number}"
                document, look = make(random.Random(f"{kind}{number}"), name)
                path = folder / f"{name}.pdf"
                if is_latex and shutil.which("pdflatex"):
                    path.write_bytes(structured_latex.pdf(document, look))
                elif not is_latex and shutil.which("soffice"):
                    office.append((document, look))
                else:
                    continue
                made.append((kind, path, document.markdown()))
    structured_office.pdfs(office, folder)
    return made


def scan(path: Path) -> bytes:
    """The pages of a PDF as pictures of paper."""
    import pypdfium2

    pages = []
    for page in pypdfium2.PdfDocument(path):
        picture = io.BytesIO()
        page.render(scale=SCAN_DPI / 72).to_pil().convert("L").save(picture, "JPEG", quality=85)
        pages.append(picture.getvalue())
    return pdfwriter.image_pdf(pages, SCAN_DPI)


class Peers:
    """The peers, running in their own environment; none where that cannot be had."""

    def __init__(self) -> None:
        self.names: list[str] = []
        self.process: subprocess.Popen[str] | None = None
        python, stamp = PEERS / "bin" / "python3", PEERS / "installed.txt"
        if not stamp.exists() or stamp.read_text() != WANTED.read_text():
            subprocess.run([sys.executable, "-m", "venv", "--clear", str(PEERS)], check=True)
            pip = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r", str(WANTED)]
            if subprocess.run(pip).returncode != 0:
                return
            stamp.write_text(WANTED.read_text())
        program = provision.HERE / "structure_peer.py"
        self.process = subprocess.Popen([str(python), str(program)], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        stderr=subprocess.DEVNULL, text=True)
        self.names = self._answer()

    def _answer(self):
        assert self.process and self.process.stdout
        return json.loads(self.process.stdout.readline())

    def read(self, name: str, path: Path) -> tuple[str, float]:
        """A PDF's Markdown, and how long it took."""
        assert self.process and self.process.stdin
        self.process.stdin.write(f"{name} {path}\n")
        self.process.stdin.flush()
        answer = self._answer()
        return answer["text"], answer["seconds"]

    def close(self) -> None:
        """Ends the process."""
        if self.process is not None:
            self.process.kill()


def measure(settings: Settings) -> Findings:
    """Everything reads the same documents, one after the other."""
    provision.offer_packages(PACKAGES)
    folder = settings.work_folder / "structure"
    folder.mkdir(parents=True, exist_ok=True)
    sheets = [sheet for sheet in documents(folder, settings.count(EACH_KIND, quick=1))
              if not settings.kinds or sheet[0] in settings.kinds]
    if not sheets:
        return Findings([Row("neither LaTeX nor LibreOffice is installed", "")])
    scores: dict[tuple[str, str, str], Scores] = defaultdict(Scores)
    peers = Peers()
    try:
        with server.running(settings.executable) as mediary:
            mediary.await_health()
            for kind, path, truth in sheets:
                for form, data in (("PDF", path.read_bytes()), ("scan", scan(path))):
                    fields = {"engine": "local", "output": "markdown", "cache": "false"}
                    answer = mediary.read(server.multipart(data, path.name, "application/pdf", fields))
                    scores[OURS, form, kind].add(truth, answer.content, answer.seconds)
                for name in peers.names:
                    scores[name, "PDF", kind].add(truth, *peers.read(name, path))
    finally:
        peers.close()
    return Findings(_rows(scores, len(sheets)), _tables(scores, peers.names))


def _over(scores: dict[tuple[str, str, str], Scores], reader: str, form: str) -> Scores:
    """All kinds together."""
    whole = Scores()
    for (name, of, _), part in scores.items():
        if (name, of) == (reader, form):
            whole.headings += part.headings
            whole.cells += part.cells
            whole.order += part.order
            whole.seconds += part.seconds
    return whole


def _rows(scores: dict[tuple[str, str, str], Scores], count: int) -> list[Row]:
    rows = []
    leader = _over(scores, LEADER, "PDF")
    for form, reach in REACH.items():
        ours = _over(scores, OURS, form)
        theirs = leader.all() if form == "PDF" and leader.order else (None,) * 3
        for what, own, other, least in zip(MEASURES, ours.all(), theirs, reach):
            rows.append(Row(f"{form}, {count} documents: {what}", f"{own:.3f}", f"{other:.3f}" if other is not None else "",
                            reach=f"≥ {least:g}", met=own >= least))
    if leader.seconds:
        own, other = (statistics.median(part.seconds) for part in (_over(scores, OURS, "PDF"), leader))
        rows.append(Row("PDF, time, over HTTP", f"{1000 * own:.0f} ms", f"{1000 * other:.0f} ms", f"{own / other:.2f} ×",
                        f"≤ {REACH_RATIO:g} ×", own <= REACH_RATIO * other))
    return rows


def _tables(scores: dict[tuple[str, str, str], Scores], peers: list[str]) -> str:
    """Headings with level / entries / order by kind."""
    columns = [(OURS, "PDF"), *((name, "PDF") for name in peers), (OURS, "scan")]
    lines = ["Headings with level / entries of tables / order, by kind:", "",
             "| kind | " + " | ".join(f"{name}, {form}" for name, form in columns) + " |",
             "|---|" + "---|" * len(columns)]
    for kind in dict.fromkeys(kind for _, _, kind in scores):
        cells = [" / ".join(f"{value:.2f}" for value in scores[name, form, kind].all()) for name, form in columns]
        lines.append(f"| {kind} | " + " | ".join(cells) + " |")
    return "\n".join(lines)
