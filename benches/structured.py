"""Documents whose structure is known: headings of three levels, paragraphs, lists, tables with spans, captions, footnotes.

Seeded and deterministic. `Document.markdown` is the truth that readers are held against: levels from 1, what spans
several places repeated in each. How a document looks is the business of its kind (`structured_latex`,
`structured_office`); nothing here knows fonts or rules.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field

import texts
import words


@dataclass(frozen=True)
class Heading:
    """A heading, without its number; the level counts from 1."""

    level: int
    text: str
    number: str = ""

    @property
    def whole(self) -> str:
        """As it is printed."""
        return f"{self.number} {self.text}".strip()


@dataclass(frozen=True)
class Cell:
    """An entry, and how many places it takes."""

    text: str
    columns: int = 1
    rows: int = 1


@dataclass(frozen=True)
class Table:
    """Rows of entries. A place that an entry from above or from the left covers has no entry of its own."""

    rows: list[list[Cell | None]]
    heads: int = 1
    caption: str = ""

    @property
    def columns(self) -> int:
        """How many there are."""
        return len(self.rows[0])

    def filled(self) -> list[list[str]]:
        """The texts place by place, repeated where an entry takes several."""
        places = [[""] * self.columns for _ in self.rows]
        for top, row in enumerate(self.rows):
            for left, cell in enumerate(row):
                if cell is not None:
                    for y in range(top, top + cell.rows):
                        for x in range(left, left + cell.columns):
                            places[y][x] = cell.text
        return places


@dataclass(frozen=True)
class Items:
    """A list: depth and text of each item."""

    items: list[tuple[int, str]]
    numbered: bool = False


Part = Heading | str | Table | Items


@dataclass
class Document:
    """Parts in reading order; `notes` stand at the foot of pages, in order."""

    name: str
    parts: list[Part] = field(default_factory=list)

    def markdown(self) -> str:
        """The truth."""
        blocks = []
        for part in self.parts:
            match part:
                case Heading():
                    blocks.append(f"{'#' * part.level} {part.whole}")
                case str():
                    blocks.append(part)
                case Items():
                    marks = [f"{index}." if part.numbered else "-" for index in range(1, len(part.items) + 1)]
                    blocks.append("\n".join(f"{'    ' * depth}{mark} {text}"
                                            for mark, (depth, text) in zip(marks, part.items)))
                case Table():
                    if part.caption:
                        blocks.append(part.caption)
                    rows = [f"| {' | '.join(row)} |" for row in part.filled()]
                    blocks.append("\n".join([rows[0], "|" + " --- |" * part.columns, *rows[1:]]))
        return "\n\n".join(blocks)


def title(rng: random.Random) -> str:
    """A few words, capitalised."""
    pick = rng.choice
    text = pick([f"{pick(words.ADJECTIVES)} {pick(words.PLURALS)} of {pick(words.PLACES)}",
                 f"the {pick(words.NOUNS)} and its {pick(words.PLURALS)}",
                 f"{pick(words.PLURALS)} before {pick(words.PLURALS)}",
                 f"{pick(words.ADJECTIVES)} {pick(words.PLURALS)}"])
    return text[0].upper() + text[1:]


def figures(rng: random.Random, rows: int, columns: int, *, decimals: int = 3) -> Table:
    """Names and a grid of small numbers under a row of names."""
    names = rng.sample(words.NOUNS, columns)
    table: list[list[Cell | None]] = [[Cell("Run"), *(Cell(name.capitalize()) for name in names)]]
    for label in rng.sample(words.PLURALS, rows):
        table.append([Cell(label.capitalize()), *(Cell(f"{rng.random():.{decimals}f}") for _ in names)])
    return Table(table)


def grouped(rng: random.Random, rows: int, groups: int = 2) -> Table:
    """A head of two rows: groups, each over two columns of figures; the first column's name beside both."""
    tops = rng.sample(words.NOUNS, groups)
    first: list[Cell | None] = [Cell("Series", rows=2)]
    second: list[Cell | None] = [None]
    for top in tops:
        first += [Cell(top.capitalize(), columns=2), None]
        second += [Cell("Mean"), Cell("Spread")]
    table = [first, second]
    for label in rng.sample(words.PLURALS, rows):
        table.append([Cell(label.capitalize()),
                      *(Cell(f"{rng.uniform(0, 90):.2f}") for _ in range(2 * groups))])
    return Table(table, heads=2)


def wordy(rng: random.Random, rows: int) -> Table:
    """Entries of several lines beside short ones."""
    table: list[list[Cell | None]] = [[Cell("Part"), Cell("What it does"), Cell("Since")]]
    for label in rng.sample(words.NOUNS, rows):
        table.append([Cell(label.capitalize()), Cell(texts.sentence(rng)), Cell(str(rng.randint(1890, 2020)))])
    return Table(table)


def stock(rng: random.Random, rows: int) -> Table:
    """Words and numbers in five columns."""
    table: list[list[Cell | None]] = [[Cell(name) for name in ("No.", "Article", "Place", "Count", "Price")]]
    for number in range(1, rows + 1):
        table.append([Cell(str(number)), Cell(f"{rng.choice(words.ADJECTIVES)} {rng.choice(words.NOUNS)}"),
                      Cell(rng.choice(words.PLACES)), Cell(str(rng.randint(2, 900))), Cell(texts.money(rng, 3, 900))])
    return Table(table)


def families(rng: random.Random, groups: int) -> Table:
    """Rows in groups; the name of each beside all of its rows."""
    table: list[list[Cell | None]] = [[Cell("Family"), Cell("Member"), Cell("Weight")]]
    for label in rng.sample(words.PLACES, groups):
        size = rng.randint(2, 3)
        for index in range(size):
            table.append([Cell(label, rows=size) if index == 0 else None, Cell(rng.choice(words.NOUNS)),
                          Cell(f"{rng.uniform(1, 80):.1f}")])
    return Table(table)


def outline(rng: random.Random, name: str, tables: list[Table], *, numbered: bool, deepest: int = 2,
            titled: bool = True, sections: int = 4, lists: bool = True) -> Document:
    """A title, sections with subsections, paragraphs, and the tables among them."""
    document = Document(name)
    first = 1
    if titled:
        document.parts.append(Heading(1, title(rng)))
        document.parts.append(texts.paragraph(rng, 3))
        first = 2
    waiting = list(tables)
    for section in range(1, sections + 1):
        document.parts.append(Heading(first, title(rng), f"{section}" if numbered else ""))
        document.parts.append(texts.paragraph(rng, rng.randint(3, 5)))
        for below in range(1, rng.randint(2, 3) if deepest > 1 else 1):
            document.parts.append(Heading(first + 1, title(rng), f"{section}.{below}" if numbered else ""))
            document.parts.append(texts.paragraph(rng, rng.randint(2, 4)))
            document.parts.append(texts.paragraph(rng, rng.randint(2, 4)))
        if waiting:
            document.parts.append(waiting.pop(0))
            document.parts.append(texts.paragraph(rng, 3))
        if lists and section % 2 == 0:
            document.parts.append(Items([(0, texts.sentence(rng)) for _ in range(3)]))
            document.parts.append(texts.paragraph(rng, 2))
    return document
