"""Pages as magazines and papers print them, each with its truth: `python3 magazines.py FOLDER [KIND...]`.

Columns with gutters from 1.0 to 2.5 times the space between words, pictures and quotations that text flows round, large
initials, notes, running heads, spaced-out titles, headings across all columns. Composes `spread.py`; measures nothing.
Each page is written as NAME.jpg, NAME.pdf, NAME.by-height.pdf and NAME.txt.
"""

from __future__ import annotations

import random
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import texts
import wear
import words
from spread import LEADING, Box, Spread, Text

PAPER = Box(52.0, 66.0, 543.0, 780.0)
"""What the columns fill."""
GUTTERS = (1.0, 1.5, 2.0, 2.5)


@dataclass(frozen=True)
class Page:
    """A page: as it was set, and what is to be read."""

    kind: str
    name: str
    spread: Spread
    seed: int

    @property
    def truth(self) -> str:
        """All lines in reading order."""
        return "\n".join(self.spread.truth) + "\n"

    def scan(self) -> wear.Copy:
        """Its careful scan."""
        return wear.clean(self.spread.drawn(self.seed), self.seed)


def columns(spread: Spread, count: int, gutter: float, box: Box = PAPER) -> list[Box]:
    """Columns with a gutter that is so many times the space between words."""
    white = gutter * spread.space
    width = (box.right - box.left - white * (count - 1)) / count
    return [Box(box.left + number * (width + white), box.top, box.left + number * (width + white) + width, box.bottom)
            for number in range(count)]


def story(rng: random.Random, count: int, *, drop: int = 0) -> list[Text]:
    """Paragraphs with indented first lines, as magazines have them; the first begins with an initial if asked for."""
    made = [Text(texts.paragraph(rng, rng.randint(3, 6)), indent=number > 0) for number in range(count)]
    if drop:
        made[0] = Text(made[0].words, drop=drop)
    return made


def title(rng: random.Random) -> str:
    """A few words."""
    text = f"{rng.choice(words.ADJECTIVES)} {rng.choice(words.PLURALS)} of {rng.choice(words.PLACES)}"
    return text[0].upper() + text[1:]


def running_head(spread: Spread, rng: random.Random) -> None:
    """What stands above the text of every page."""
    spread.line(f"{rng.choice(words.PLACES)} Quarterly", PAPER.left, 40.0, face="sans", scale=0.85)
    spread.line(str(rng.randint(2, 98)), PAPER.right, 40.0, face="sans", scale=0.85, anchor="right")


def plain(rng: random.Random, number: int, *, justified: bool) -> Spread:
    """Nothing but columns."""
    spread = Spread(size=(9.5, 9.0, 10.0)[number % 3], justified=justified)
    count = (2, 3, 2, 4)[number % 4]
    spread.pour(story(rng, 24), columns(spread, count, GUTTERS[number % 4]))
    return spread


def round_picture(rng: random.Random, number: int) -> Spread:
    """Two columns that flow round a picture between them, with its words below it."""
    spread = Spread(justified=number % 2 == 0)
    both = columns(spread, 2, GUTTERS[1 + number % 3] if number else 3.5)
    middle, wide, top = (PAPER.left + PAPER.right) / 2, 85.0 + 15 * (number % 3), 250.0 + 60 * (number % 3)
    spread.picture(Box(middle - wide, top, middle + wide, top + 130))
    below = Box(middle - wide, top + 134, middle + wide, top + 134 + 2 * 0.85 * spread.size * LEADING)
    spread.obstacles.append(below.grown(6.0))
    caption = Text(f"Figure {number + 1}. {title(rng)}, seen from {rng.choice(words.PLACES)}", face="sans", scale=0.85)
    running_head(spread, rng)
    spread.pour(story(rng, 24), both)
    spread.obstacles.clear()
    spread.pour([caption], [below], justified=False)
    return spread


def in_column(rng: random.Random, number: int) -> Spread:
    """Pictures as wide as a column, their words below them, among the text."""
    spread = Spread(justified=number % 2 == 0)
    both = columns(spread, 2 + number % 2, GUTTERS[number % 4])
    tall = 150.0
    running_head(spread, rng)
    for place, column in enumerate(both):
        if place % 2 == number % 2:
            spread.pour(story(rng, 16), [column])
            continue
        top = 200.0 + 90 * (number % 3)
        spread.pour(story(rng, 8), [Box(column.left, column.top, column.right, top)])
        spread.picture(Box(column.left, top + 8, column.right, top + tall))
        spread.obstacles.clear()
        under = Box(column.left, top + tall + 4, column.right, top + tall + 4 + 2 * 0.85 * spread.size * LEADING)
        spread.pour([Text(f"Figure {place + 1}. {title(rng)} in spring", face="sans", scale=0.85)], [under], justified=False)
        spread.pour(story(rng, 16), [Box(column.left, under.bottom + 10, column.right, column.bottom)])
    return spread


def quoted(rng: random.Random, number: int) -> Spread:
    """A sentence in large letters among the text of a column."""
    spread = Spread(justified=number % 2 == 0)
    both = columns(spread, 2 + number % 2, GUTTERS[number % 4])
    running_head(spread, rng)
    for place, column in enumerate(both):
        if place != number % len(both):
            spread.pour(story(rng, 16), [column])
            continue
        top = 240.0 + 80 * (number % 3)
        spread.pour(story(rng, 8), [Box(column.left, column.top, column.right, top)])
        quotation = Text(f"“{texts.sentence(rng)}”", face="sans bold", scale=1.5)
        end = spread.pour([quotation], [Box(column.left + 8, top + 14, column.right - 8, top + 130)], justified=False)
        spread.rules += [Box(column.left, top + 6, column.right, top + 7), Box(column.left, end + 6, column.right, end + 7)]
        spread.pour(story(rng, 16), [Box(column.left, end + 16, column.right, column.bottom)])
    return spread


def noted(rng: random.Random, number: int) -> Spread:
    """Notes in small print below columns, a running head and a page number."""
    spread = Spread(justified=number % 2 == 0)
    running_head(spread, rng)
    for place, column in enumerate(columns(spread, 2 + number % 2, GUTTERS[number % 4])):
        room = 52.0
        spread.pour(story(rng, 16), [Box(column.left, column.top, column.right, column.bottom - room)])
        spread.rules.append(Box(column.left, column.bottom - room + 8, column.left + 60, column.bottom - room + 8.5))
        notes = [Text(f"{2 * place + each + 1} {texts.sentence(rng)}", scale=0.8) for each in range(2)]
        spread.pour(notes, [Box(column.left, column.bottom - room + 12, column.right, column.bottom)])
    spread.line(f"{rng.randint(2, 300)}", (PAPER.left + PAPER.right) / 2, 812.0, scale=0.9, anchor="middle")
    return spread


def headed(rng: random.Random, number: int) -> Spread:
    """A spaced-out title above all columns, and a heading across them further down."""
    spread = Spread(justified=number % 2 == 0)
    middle = (PAPER.left + PAPER.right) / 2
    spread.line(title(rng).upper(), middle, 100.0, face="sans bold", scale=1.9, spaced=(0.12, 0.2, 0.3)[number % 3],
                anchor="middle")
    spread.line(f"By {rng.choice(words.PEOPLE)}", middle, 124.0, anchor="middle")
    count, cut = 2 + number % 2, 420.0 + 40 * (number % 3)
    white = GUTTERS[number % 4]
    spread.pour(story(rng, 14), columns(spread, count, white, Box(PAPER.left, 146.0, PAPER.right, cut)))
    spread.line(title(rng), PAPER.left, cut + 34, face="sans bold", scale=1.6)
    spread.pour(story(rng, 14), columns(spread, count, white, Box(PAPER.left, cut + 48, PAPER.right, PAPER.bottom)))
    return spread


def initialled(rng: random.Random, number: int) -> Spread:
    """A heading over each story, which begins with a large initial."""
    spread = Spread(justified=number % 2 == 0)
    running_head(spread, rng)
    spread.line(title(rng), PAPER.left, 92.0, face="sans bold", scale=2.0)
    both = columns(spread, 2 + number % 2, GUTTERS[number % 4], Box(PAPER.left, 108.0, PAPER.right, PAPER.bottom))
    drop = 2 + number % 2
    spread.pour([*story(rng, 4, drop=drop), Text(title(rng), face="sans bold", scale=1.15, gap=0.8),
                 *story(rng, 16, drop=drop)], both)
    return spread


KINDS: dict[str, Callable[[random.Random, int], Spread]] = {
    "justified columns": lambda rng, number: plain(rng, number, justified=True),
    "ragged columns": lambda rng, number: plain(rng, number, justified=False),
    "text round a picture": round_picture, "pictures in columns": in_column, "quotations": quoted, "notes": noted,
    "headings across": headed, "initials": initialled,
}


def made(kind: str, count: int = 4) -> list[Page]:
    """The pages of a kind."""
    return [Page(kind, f"{kind.replace(' ', '-')}-{number}", KINDS[kind](random.Random(f"{kind}-{number}"), number), number)
            for number in range(count)]


def main() -> None:
    """Writes pages to a folder."""
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    for kind in sys.argv[2:] or KINDS:
        for page in made(kind):
            (folder / f"{page.name}.jpg").write_bytes(page.scan().data)
            (folder / f"{page.name}.pdf").write_bytes(page.spread.pdf(by_height=False))
            (folder / f"{page.name}.by-height.pdf").write_bytes(page.spread.pdf(by_height=True))
            (folder / f"{page.name}.txt").write_text(page.truth, encoding="utf-8")


if __name__ == "__main__":
    main()
