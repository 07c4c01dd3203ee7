"""Known documents set with LaTeX: papers, manuals and reports as they look in print.

Each kind is a class and a few packages of Debian's TeX Live (`texlive-latex-extra`). `pdf` gives the file.
"""

from __future__ import annotations

import random
import subprocess
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import structured
from structured import Document, Heading, Items, Table

SECTIONS = ("section", "subsection", "subsubsection")


@dataclass(frozen=True)
class Look:
    """How a kind is set. `rules` is `booktabs`, `lines`, `outer` or `none`."""

    options: str = "11pt"
    preamble: str = r"\usepackage{lmodern}"
    rules: str = "booktabs"
    widths: str = ""
    titled: bool = True
    floats: bool = False
    commands: tuple[str, ...] = SECTIONS
    tight: bool = False


def escaped(text: str) -> str:
    """Text for TeX."""
    for character in "&%$#_":
        text = text.replace(character, "\\" + character)
    return text.replace("~", r"\textasciitilde{}")


def tabular(table: Table, look: Look) -> str:
    """The table with the rules of its kind."""
    rows = []
    for index, row in enumerate(table.rows):
        entries, rules, column = [], "", 1
        for place, cell in enumerate(row, 1):
            if cell is None:
                # Under an entry of several rows an empty one is due; beside one of several columns none.
                if place >= column:
                    entries.append("")
                    column += 1
                continue
            text = escaped(cell.text)
            if cell.rows > 1:
                text = rf"\multirow{{{cell.rows}}}{{*}}{{{text}}}"
            if cell.columns > 1:
                text = rf"\multicolumn{{{cell.columns}}}{{c}}{{{text}}}"
                if look.rules == "booktabs":
                    rules += rf"\cmidrule(lr){{{column}-{column + cell.columns - 1}}}"
            entries.append(text)
            column += cell.columns
        rows.append(" & ".join(entries) + r" \\" + rules)
    body = "\n".join(rows[table.heads:])
    head = "\n".join(rows[:table.heads])
    columns = look.widths or "l" + "r" * (table.columns - 1)
    top, middle, bottom = {
        "booktabs": (r"\toprule", r"\midrule", r"\bottomrule"), "lines": (r"\hline",) * 3,
        "outer": (r"\hline", "", r"\hline"), "none": ("", "", ""),
    }[look.rules]
    if look.rules == "lines":
        body = body.replace(r"\\", r"\\ \hline").removesuffix(r"\hline")
    tight = r"\setlength{\tabcolsep}{3pt}" if look.tight else ""
    lines = "\n".join([top, head, middle, body, bottom])
    return rf"{{{tight}\begin{{tabular}}{{{columns}}}{lines}\end{{tabular}}}}"


def source(document: Document, look: Look) -> str:
    """The document in TeX."""
    base = 2 if look.titled else 1
    body = []
    for part in document.parts:
        match part:
            case Heading() if look.titled and part.level == 1:
                body.append(rf"\title{{{escaped(part.text)}}}\author{{}}\date{{}}\maketitle")
            case Heading():
                star = "" if part.number else "*"
                body.append(rf"\{look.commands[part.level - base]}{star}{{{escaped(part.text)}}}")
            case str():
                body.append(escaped(part))
            case Items():
                name = "enumerate" if part.numbered else "itemize"
                items = "\n".join(rf"\item {escaped(text)}" for _, text in part.items)
                body.append(rf"\begin{{{name}}}{items}\end{{{name}}}")
            case Table():
                caption = rf"\caption*{{{escaped(part.caption)}}}" if part.caption else ""
                body.append(rf"\begin{{table}}[H]\centering {caption}{tabular(part, look)}\end{{table}}")
    return "\n\n".join([
        rf"\documentclass[{look.options}]{{article}}",
        r"\usepackage[T1]{fontenc}\usepackage{booktabs,multirow,float,caption,titlesec,array}"
        r"\usepackage[a4paper,margin=25mm]{geometry}",
        look.preamble, r"\begin{document}", *body, r"\end{document}"])


def pdf(document: Document, look: Look) -> bytes:
    """The document set, twice for its outline."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "document.tex")
        path.write_text(source(document, look), encoding="utf-8")
        for _ in range(2):
            done = subprocess.run(["pdflatex", "-interaction=nonstopmode", "-halt-on-error", path.name], cwd=folder,
                                  capture_output=True, timeout=120)
            if done.returncode != 0:
                raise RuntimeError(f"pdflatex on {document.name}: {done.stdout.decode(errors='replace')[-800:]}")
        return path.with_suffix(".pdf").read_bytes()


def _captioned(table: Table, number: int) -> Table:
    return Table(table.rows, table.heads, f"Table {number}: Counted by hand.")


def article(rng: random.Random, name: str) -> tuple[Document, Look]:
    """Numbered sections and tables with rules above and below only."""
    tables = [_captioned(structured.figures(rng, 5, 4), 1), _captioned(structured.stock(rng, 6), 2)]
    return (structured.outline(rng, name, tables, numbered=True),
            Look())


def paper(rng: random.Random, name: str) -> tuple[Document, Look]:
    """Two columns, centred headings in small capitals, tables in the columns."""
    tables = [structured.figures(rng, 6, 3), structured.grouped(rng, 5, 1)]
    preamble = (r"\usepackage{times}\setlength{\columnsep}{6mm}"
                r"\titleformat{\section}{\centering\scshape\normalsize}{\thesection.}{0.5em}{}"
                r"\titleformat{\subsection}{\itshape\normalsize}{\thesubsection.}{0.5em}{}")
    document = structured.outline(rng, name, tables, numbered=True, lists=False)
    document.parts = [Heading(part.level, part.text, f"{part.number}.") if isinstance(part, Heading) and part.number
                      else part for part in document.parts]
    return document, Look("10pt,twocolumn", preamble)


def run_in(rng: random.Random, name: str) -> tuple[Document, Look]:
    """Subsections in bold at the size of the text, run in."""
    preamble = (r"\usepackage{times}\titleformat{\section}{\bfseries\normalsize}{\thesection}{0.6em}{}"
                r"\titleformat{\subsection}[runin]{\bfseries\normalsize}{\thesubsection}{0.6em}{}[.]")
    document = structured.outline(rng, name, [structured.figures(rng, 5, 3)], numbered=True)
    return document, Look(preamble=preamble)


def bold(rng: random.Random, name: str) -> tuple[Document, Look]:
    """Headings in bold at the size of the text, without numbers; sub-headings in italics."""
    preamble = (r"\usepackage{mathptmx}\titleformat{\section}{\bfseries\normalsize}{}{0em}{}"
                r"\titleformat{\subsection}{\itshape\normalsize}{}{0em}{}")
    return (structured.outline(rng, name, [structured.stock(rng, 6)], numbered=False),
            Look(preamble=preamble, rules="lines"))


def spans(rng: random.Random, name: str) -> tuple[Document, Look]:
    """Heads of two rows with entries over several columns, under rules."""
    tables = [_captioned(structured.grouped(rng, 6), 1), _captioned(structured.grouped(rng, 4, 3), 2)]
    return structured.outline(rng, name, tables, numbered=True), Look(preamble=r"\usepackage{palatino}")


def row_lines(rng: random.Random, name: str) -> tuple[Document, Look]:
    """A line under every row and none down the page."""
    tables = [structured.stock(rng, 7), structured.figures(rng, 6, 5)]
    return (structured.outline(rng, name, tables, numbered=False),
            Look(rules="lines", preamble=r"\usepackage{helvet}\renewcommand{\familydefault}{\sfdefault}"))


def dense(rng: random.Random, name: str) -> tuple[Document, Look]:
    """Columns of figures hardly apart."""
    tables = [structured.figures(rng, 8, 6, decimals=3), structured.grouped(rng, 7, 3)]
    return structured.outline(rng, name, tables, numbered=True), Look(tight=True)


def several_lines(rng: random.Random, name: str) -> tuple[Document, Look]:
    """Entries of several lines under a head, with lines between rows or without."""
    rules = rng.choice(["booktabs", "lines"])
    return (structured.outline(rng, name, [structured.wordy(rng, 5), structured.wordy(rng, 4)], numbered=True),
            Look(rules=rules, widths=r"l>{\raggedright\arraybackslash}p{7cm}r"))


def bare(rng: random.Random, name: str) -> tuple[Document, Look]:
    """Tables without any line."""
    return (structured.outline(rng, name, [structured.figures(rng, 6, 4), structured.stock(rng, 6)], numbered=False),
            Look(rules="none"))


KINDS: dict[str, Callable[[random.Random, str], tuple[Document, Look]]] = {
    "article": article, "paper": paper, "run-in": run_in, "bold": bold, "spans": spans, "row lines": row_lines,
    "dense": dense, "several lines": several_lines, "bare": bare,
}
