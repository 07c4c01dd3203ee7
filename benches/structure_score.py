"""How well Markdown agrees with a known structure: headings with their level, entries of tables, and reading order.

Both sides are parsed alike: ATX headings, GFM tables, and everything else as running text. Entries count by their text
and by the order in which they stand in their row and the rows in their table, so that a table torn in two or a row
lost costs what it is worth. Knows no engines.
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections import Counter
from dataclasses import dataclass, field

from rapidfuzz import fuzz
from rapidfuzz.distance import LCSseq

ALIKE = 90.0
"""From this likeness on, in percent, a heading or entry is the one that was meant."""
HEADING = re.compile(r"^ {0,3}(#{1,6}) +(.*?)(?: +#+)?$")
RULE = re.compile(r"^\|?(?: *:?-+:? *\|)+ *:?-*:? *\|?$")
MARKUP = re.compile(r"\[\^[^\]]*\]:?|<br */?>|</?[a-z]+[^>]*>|\\(?=[^\w\s])|!\[[^\]]*\]\([^)]*\)|\[([^\]]*)\]\([^)]*\)|`|\*+|~~|(?<!\w)_+|_+(?!\w)")


@dataclass
class Structure:
    """What is looked at of a document."""

    headings: list[tuple[int, str]] = field(default_factory=list)
    tables: list[list[list[str]]] = field(default_factory=list)
    words: list[str] = field(default_factory=list)


def plain(text: str) -> str:
    """Text without marks, in NFKC, with single spaces."""
    text = html.unescape(MARKUP.sub(lambda found: f" {found.group(1) or ''} ", text))
    text = unicodedata.normalize("NFKC", text.replace("\u00ad", ""))
    return " ".join(text.split())


def parse(markdown: str) -> Structure:
    """The structure of a Markdown text."""
    found = Structure()
    rows: list[list[str]] = []
    for line in [*markdown.splitlines(), ""]:
        if line.strip().startswith("|"):
            if not RULE.match(line.strip()):
                cells = re.split(r"(?<!\\)\|", line.strip().strip("|"))
                rows.append([plain(cell.replace("\\|", "|")) for cell in cells])
            continue
        if rows:
            found.tables.append([row for row in rows if any(row)])
            rows = []
        if line.strip().startswith("```"):
            continue
        heading = HEADING.match(line)
        if heading and plain(heading.group(2)):
            found.headings.append((len(heading.group(1)), plain(heading.group(2))))
    found.words = [word for line in markdown.splitlines() if not RULE.match(line.strip())
                   for word in re.findall(r"\w+", plain(line.replace("|", " ")).lower())]
    return found


def alike(one: str, other: str) -> bool:
    """Whether two short texts are the same but for a slip of a recogniser."""
    bare = [re.sub(r"[\W_]+", "", text).lower() for text in (one, other)]
    return bare[0] == bare[1] if min(map(len, bare)) < 4 else fuzz.ratio(*bare) >= ALIKE


def f1(matched: float, one: int, other: int) -> float:
    """Harmonic mean of precision and recall; two empty sides agree fully."""
    return 2 * matched / (one + other) if one + other else 1.0


def headings(truth: Structure, read: Structure, levels: bool = True) -> tuple[int, int, int]:
    """How many headings are right, how many there are and how many were found."""
    left, matched = list(read.headings), 0
    for level, text in truth.headings:
        for index, (other, found) in enumerate(left):
            if alike(text, found) and (level == other or not levels):
                del left[index]
                matched += 1
                break
    return matched, len(truth.headings), len(read.headings)


def cells(truth: Structure, read: Structure) -> tuple[int, int, int]:
    """How many entries are right, how many there are and how many were found. Empty ones do not count."""
    count = sum(bool(cell) for table in truth.tables for row in table for cell in row)
    found = sum(bool(cell) for table in read.tables for row in table for cell in row)
    return _aligned([row for table in truth.tables for row in table],
                    [row for table in read.tables for row in table]), count, found


def _aligned(rows: list[list[str]], others: list[list[str]]) -> int:
    """The most entries that agree when rows, and entries in rows, keep their order."""
    best = [0] * (len(others) + 1)
    for row in rows:
        corner = 0
        for index, other in enumerate(others):
            above = best[index + 1]
            best[index + 1] = max(above, best[index], corner + _shared(row, other))
            corner = above
    return best[-1]


def _shared(row: list[str], other: list[str]) -> int:
    row, other = [cell for cell in row if cell], [cell for cell in other if cell]
    best = [0] * (len(other) + 1)
    for cell in row:
        corner = 0
        for index, candidate in enumerate(other):
            above = best[index + 1]
            best[index + 1] = max(above, best[index], corner + int(alike(cell, candidate)))
            corner = above
    return best[-1]


def order(truth: Structure, read: Structure) -> float:
    """Of the words that both have, the share that stands in the same order."""
    shared = (Counter(truth.words) & Counter(read.words)).total()
    return LCSseq.similarity(truth.words, read.words) / shared if shared else float(not truth.words)


def words(truth: Structure, read: Structure) -> float:
    """F1 over the bags of words."""
    shared = (Counter(truth.words) & Counter(read.words)).total()
    return f1(shared, len(truth.words), len(read.words))
