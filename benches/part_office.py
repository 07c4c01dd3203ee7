"""Files of an office: a letter of 200 pages and a workbook of 100,000 entries against markitdown, both warm in their process;
and what is found in files that pandoc makes, against what pandoc was given.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import provision
import score
import server
from report import Row, Spread
from settings import Settings

TITLE = "Files of an office"
REACH_RATIO = 0.2
REACH_F1 = 0.99
PEERS = provision.ROOT / "target" / "bench-venv-office"
WANTED = provision.HERE / "requirements-office.txt"
MIME = "application/octet-stream"
FORMATS = ("docx", "odt", "rtf", "epub", "html", "pptx")
"""What pandoc writes. What it reads in its own files lacks footnotes (`rtf`) and heads of tables (`odt`), so that the source
is the truth."""
NOTE_MARK = re.compile(r"(?<=[^\W\d])\d+(?=\W*$)")
"""A number right after a word refers to a note."""


def source(chapters: int) -> str:
    """Markdown with headings, lists, a table, links and notes in every chapter."""
    parts = []
    for number in range(chapters):
        parts.append(f"""# Chapter {number} of the harbour

The quay number {number} closes at nine. See [the fees](https://harbour.example/{number}) for details[^{number}].

## Mooring {number}

- Engine oil {number}
- Brake fluid {number}
    - inner {number}
- Paint {number}

1. First of {number}
2. Second of {number}

| Berth {number} | Fee |
|--------|-----|
| North {number} | {number * 12} |
| South {number} | {number * 7} |

[^{number}]: As decided in May {number}.
""")
    return "\n".join(parts)


def python_with_peers() -> Path | None:
    """The interpreter of the peers' own environment; `None` where it cannot be had."""
    python, stamp = PEERS / "bin" / "python3", PEERS / "installed.txt"
    if not stamp.exists() or stamp.read_text() != WANTED.read_text():
        subprocess.run([sys.executable, "-m", "venv", "--clear", str(PEERS)], check=True)
        pip = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r", str(WANTED)]
        if subprocess.run(pip).returncode != 0:
            return None
        stamp.write_text(WANTED.read_text())
    return python


class Peer:
    """markitdown, running."""

    def __init__(self, python: Path) -> None:
        program = provision.HERE / "office_peer.py"
        self.process = subprocess.Popen([str(python), str(program)], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        stderr=subprocess.DEVNULL, text=True)

    def ask(self, order: str) -> dict:
        """Has a file made or read."""
        assert self.process.stdin and self.process.stdout
        self.process.stdin.write(f"{order}\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())


def cells(markdown: str) -> list[list[str]]:
    """The rows of the only table."""
    rows = [line for line in markdown.splitlines() if line.startswith("| ")]
    split = [[cell.strip() for cell in row.strip().strip("|").split("|")] for row in rows]
    return [row for row in split if not all(set(cell) <= {"-"} for cell in row)]


def against_markitdown(settings: Settings, mediary: server.Server, peer: Peer) -> list[Row]:
    """Both take turns at the same files, the first call of each excluded."""
    rows = []
    for kind, what in (("docx", "letter of 200 pages"), ("xlsx", "workbook of 100,000 entries")):
        path = settings.work_folder / f"office.{kind}"
        made = peer.ask(f"make:{kind}:{path}")["made"]
        body = server.multipart(path.read_bytes(), path.name, MIME, {"output": "markdown", "cache": "false"})
        ours, theirs = mediary.read(body), peer.ask(str(path))
        pairs = []
        for _ in range(settings.count(10, quick=3)):
            pairs.append((mediary.read(body).seconds, peer.ask(str(path))["seconds"]))
        ratio = Spread.of(own / other for own, other in pairs)
        rows.append(Row(f"{what}, over HTTP", Spread.of(own for own, _ in pairs).seconds(),
                        Spread.of(other for _, other in pairs).seconds(), ratio.plain(), f"≤ {REACH_RATIO:g} ×",
                        ratio.median <= REACH_RATIO))
        if kind == "docx":
            plain = mediary.read(server.multipart(path.read_bytes(), path.name, MIME, {"output": "text"})).content
            found = score.word_f1(made, plain)
            rows.append(Row(f"{what}: word F1 against what python-docx wrote", f"{found:.4f}",
                            f"{score.word_f1(made, theirs['text']):.4f}", reach=f"≥ {REACH_F1}", met=found >= REACH_F1))
        else:
            same = sum(one == other for ours_row, row in zip(cells(ours.content), made) for one, other in zip(ours_row, row))
            share = same / sum(len(row) for row in made)
            rows.append(Row(f"{what}: cells as openpyxl wrote them", f"{share:.4f}", reach="1", met=share == 1))
    return rows


def against_pandoc(settings: Settings, mediary: server.Server) -> list[Row]:
    """Words that are found in files that pandoc makes."""
    if shutil.which("pandoc") is None:
        return [Row("pandoc is not installed: `apt-get install pandoc`", "")]
    folder, rows = settings.work_folder, []
    text = folder / "office.md"
    text.write_text(source(40))
    truth = subprocess.run(["pandoc", "-t", "plain", "--wrap=none", str(text)], capture_output=True, check=True)
    for kind in FORMATS:
        path = folder / f"pandoc.{kind}"
        subprocess.run(["pandoc", "-s", "--metadata", "title=Harbour", str(text), "-o", str(path)], check=True)
        body = server.multipart(path.read_bytes(), path.name, MIME, {"output": "text", "cache": "false"})
        peer = subprocess.run(["pandoc", "-t", "plain", "--wrap=none", str(path)], capture_output=True) if kind != "pptx" else None
        agreement = score.word_f1(clean(truth.stdout.decode()), clean(mediary.read(body).content))
        other = f"{score.word_f1(clean(truth.stdout.decode()), clean(peer.stdout.decode())):.4f}" if peer else ""
        rows.append(Row(f"{kind} of pandoc: word F1 against its source, pandoc's own reading beside it", f"{agreement:.4f}", other,
                        reach=f"≥ {REACH_F1}", met=agreement >= REACH_F1))
    return rows


def clean(text: str) -> str:
    """Without the marks of lists, the rules of tables and the marks of notes, which either side writes in its own way."""
    kept = []
    for word in text.replace("[", " [").split():
        word = NOTE_MARK.sub("", word.strip("↩\ufe0e"))
        bare = word.strip("[]^.,:|")
        if set(word) <= set("-=+|:•–") or (bare.isdigit() and (word.startswith("[") or word == f"{bare}.")):
            continue
        kept.append(word.strip(".,:;"))
    return " ".join(kept)


def measure(settings: Settings) -> list[Row]:
    """All of it, on one server."""
    python = python_with_peers()
    with server.running(settings.executable) as mediary:
        mediary.await_health()
        rows = against_pandoc(settings, mediary)
        if python is None:
            return [*rows, Row("markitdown cannot be installed here", "")]
        peer = Peer(python)
        try:
            return [*against_markitdown(settings, mediary, peer), *rows]
        finally:
            peer.process.kill()
