"""The kinds of pages the accuracy part reads, each with its truth: `python3 kinds.py FOLDER [KIND...]`.

Deterministic for a set of fonts and a Pillow version. Composes languages, sheets, tables and wear; measures nothing.
Each page is written as NAME.jpg or NAME.png with NAME.txt beside it.
"""

from __future__ import annotations

import random
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import ledgers
import wear
from languages import EAST_ASIAN, HEADINGS, PARAGRAPHS
from tables import draw_table
from typeset import Family, Frame, Piece, Sheet, cjk_family, latin_family

WHOLE = Frame(0.105, 0.075, 0.895, 0.94)


@dataclass(frozen=True)
class Page:
    """A page to be read: its picture file, its truth, and its language by Tesseract's name."""

    kind: str
    name: str
    copy: wear.Copy
    truth: str
    language: str = "eng"

    @property
    def by_character(self) -> bool:
        """Whether it is compared by character, for want of spaces between words."""
        return bool(EAST_ASIAN & set(self.language.split("+")))


def facts(rng: random.Random, language: str) -> str:
    """A line of numbers, an address and punctuation, alike in all languages."""
    amount = f"{rng.randint(1, 99)}.{rng.randint(100, 999)},{rng.randint(10, 99)}"
    return (f"[{rng.randint(1, 40)}] {language}/{rng.randint(1000, 9999)}-{rng.choice('ABKX')}: {amount} EUR; "
            f"+{rng.randint(30, 49)} {rng.randint(100, 999)} {rng.randint(10, 99)} {rng.randint(10, 99)}, "
            f"info@{rng.choice(['norden', 'lumen', 'arbor'])}.example "
            f"(§ {rng.randint(2, 90)}, {rng.randint(1, 99)} %).")


def story(rng: random.Random, language: str, heading: bool = True) -> list[Piece]:
    """All paragraphs of a language in some order, with a heading above and facts among them."""
    cjk = language in EAST_ASIAN
    paragraphs = list(PARAGRAPHS[language])
    rng.shuffle(paragraphs)
    pieces = [Piece(text, cjk=cjk) for text in paragraphs]
    pieces.insert(2, Piece(facts(rng, language)))
    title = Piece(rng.choice(HEADINGS[language]), bold=True, scale=1.35, cjk=cjk)
    return [title, *pieces] if heading else pieces


def prose(seed: int, language: str, size_pt: float, *, full: bool = False) -> Sheet:
    """A page of one column in one of the Latin families; a full one goes on until most of the paper is used."""
    rng = random.Random(f"prose-{seed}-{language}")
    sheet = Sheet(latin_family(seed), size_pt, justified=rng.random() < 0.3)
    more = [piece for _ in range(3) for piece in story(rng, language, heading=False)] if full else []
    sheet.flow([*story(rng, language), *more], [WHOLE])
    return sheet


def page(kind: str, number: int, language: str, sheet: Sheet, copy: wear.Copy) -> Page:
    """A numbered page of a kind."""
    return Page(kind, f"{kind}-{number}-{language}", copy, "\n".join(sheet.truth) + "\n", language)


def clean() -> list[Page]:
    """Straight scans of prose in several languages, sizes and fonts."""
    settings = [("eng", 10.5), ("deu", 11.0), ("fra", 10.0), ("spa", 12.0), ("pol", 11.0), ("ces", 9.5)]
    sheets = [prose(number, language, size, full=True) for number, (language, size) in enumerate(settings)]
    return [page("clean", number, language, sheet, wear.clean(sheet.image, number))
            for number, ((language, _), sheet) in enumerate(zip(settings, sheets, strict=True))]


def skewed() -> list[Page]:
    """Prose and one table at angles from 1 to 10 degrees, both ways."""
    settings = [("eng", 1.0), ("swe", -2.0), ("deu", 4.0), ("fra", -6.0), ("spa", 8.0), ("eng", -10.0)]
    made = []
    for number, (language, degrees) in enumerate(settings):
        sheet = prose(10 + number, language, 10.5 + number % 2)
        made.append(page("skewed", number, language, sheet, wear.skewed(sheet.image, 10 + number, degrees)))
    return made


def noisy() -> list[Page]:
    """Prose as a bad photograph shows it, from a little to a lot."""
    made = []
    for number, language in enumerate(["eng", "deu", "fra", "eng", "swe", "spa"]):
        sheet = prose(20 + number, language, 11.0 + number % 2)
        made.append(page("noisy", number, language, sheet, wear.noisy(sheet.image, 20 + number, number / 5)))
    return made


def faxed() -> list[Page]:
    """Prose by fax: four pages in the fine mode, two in the standard mode."""
    made = []
    for number, language in enumerate(["eng", "deu", "eng", "fra", "eng", "spa"]):
        sheet = Sheet(latin_family(number), 12.0)
        rng = random.Random(f"fax-{number}")
        stamp = (f"{rng.randint(10, 28)}-MAR-{rng.randint(1996, 2009)} 17:{rng.randint(10, 59)} "
                 f"FROM +44 1947 {number}22018 P.0{number + 1}")
        sheet.line(stamp, 0.06, 0.02, scale=0.8)
        sheet.flow(story(rng, language), [WHOLE])
        mode = "standard" if number >= 4 else "fine"
        made.append(page("faxed", number, language, sheet, wear.faxed(sheet.image, 30 + number, mode)))
    return made


def columns() -> list[Page]:
    """Two and three columns, with headings, running heads, page numbers and a heading half-way down."""
    made = []
    for number, language in enumerate(["eng", "deu", "fra", "eng", "spa", "eng"]):
        sheet = column_sheet(number, language)
        made.append(page("columns", number, language, sheet, wear.clean(sheet.image, 40 + number)))
    return made


def column_sheet(number: int, language: str) -> Sheet:
    """The layouts take turns: plain pairs, three justified columns, columns below an abstract, two storeys."""
    rng = random.Random(f"columns-{number}")
    sheet = Sheet(latin_family(number + 1), 9.5, justified=number % 2 == 1)
    title, *body = story(rng, language)
    if number in (1, 4):
        sheet.line(f"{rng.choice(HEADINGS[language])} · {rng.randint(1990, 2025)}", 0.5, 0.04, anchor="ma", scale=0.85)
    below = sheet.flow([title], [Frame(0.09, 0.075, 0.91, 0.2)]) + 0.012
    more = story(rng, language, heading=False)
    subhead = Piece(rng.choice(HEADINGS[language]), bold=True, gap=0.9)
    if number == 1:
        sheet.flow_evenly(body + more, spread(3, below))
    elif number in (2, 3):
        below = sheet.flow([body[0]], [Frame(0.14, below, 0.86, 0.3)]) + 0.015
        sheet.flow_evenly([*body[1:3], subhead, *body[3:], *more], spread(2, below))
    elif number == 5:
        middle = sheet.flow_evenly(body, spread(2, below)) + 0.03
        below = sheet.flow([replace(subhead, scale=1.35)], [Frame(0.09, middle, 0.91, 0.9)]) + 0.012
        sheet.flow_evenly(more, spread(3, below))
    else:
        sheet.flow(body + more + story(rng, language, heading=False), spread(2, below, 0.6 + 0.08 * number))
    if number in (0, 1, 4):
        sheet.line(str(rng.randint(12, 390)), 0.5, 0.955, anchor="ma")
    return sheet


def spread(count: int, top: float, bottom: float = 0.93) -> list[Frame]:
    """Columns side by side."""
    gutter = 0.035
    width = (0.82 - gutter * (count - 1)) / count
    return [Frame(0.09 + index * (width + gutter), top, 0.09 + index * (width + gutter) + width, bottom)
            for index in range(count)]


def tables() -> list[Page]:
    """Ruled and unruled tables between a heading and a closing sentence."""
    made = []
    for number, make in enumerate(ledgers.MAKERS):
        sheet = table_sheet(number, make)
        made.append(page("tables", number, "eng", sheet, wear.clean(sheet.image, 50 + number)))
    return made


def table_sheet(number: int, make: Callable[[random.Random], ledgers.Ledger]) -> Sheet:
    """One ledger on a sheet."""
    rng = random.Random(f"table-{number}")
    ledger = make(rng)
    sheet = Sheet(latin_family(number), ledger.size_pt)
    y = sheet.flow([Piece(ledger.title, bold=True, scale=1.3), Piece(ledger.introduction, gap=0.4)],
                   [Frame(0.09, 0.075, 0.91, 0.3)]) + 0.02
    y = draw_table(sheet, ledger.table, 0.09, y, 0.91) + 0.02
    sheet.flow([Piece(ledger.closing)], [Frame(0.09, y, 0.91, 0.96)])
    return sheet


def rotated() -> list[Page]:
    """Pages on their side and on their head: prose, columns and a table, one of them askew as well."""
    sheets = [
        ("eng", prose(60, "eng", 11.0), 90, 0.0),
        ("deu", prose(61, "deu", 10.5), 180, 0.0),
        ("fra", prose(62, "fra", 10.0), 270, 0.0),
        ("eng", column_sheet(0, "eng"), 180, 0.0),
        ("eng", table_sheet(0, ledgers.MAKERS[0]), 90, 0.0),
        ("spa", prose(65, "spa", 11.5), 270, 1.5),
    ]
    return [page("rotated", number, language, sheet, wear.turned(sheet.image, 60 + number, degrees, skew))
            for number, (language, sheet, degrees, skew) in enumerate(sheets)]


def cjk() -> list[Page]:
    """Chinese in both scripts and Japanese, in Sans and Serif; nothing when the fonts are not installed."""
    made = []
    for number, language in enumerate(["chi_sim", "chi_sim", "chi_tra", "chi_tra", "jpn", "jpn"]):
        family = cjk_family(language, serif=number % 2 == 1)
        if family is None:
            return []
        sheet = cjk_sheet(family, number, language)
        made.append(page("cjk", number, language, sheet, wear.clean(sheet.image, 70 + number)))
    return made


def cjk_sheet(family: Family, number: int, language: str) -> Sheet:
    """A page of East Asian prose."""
    rng = random.Random(f"cjk-{number}")
    sheet = Sheet(family, 11.0 + number % 3)
    sheet.flow(story(rng, language), [WHOLE])
    return sheet


MADE: dict[str, Callable[[], list[Page]]] = {
    "clean": clean, "skewed": skewed, "noisy": noisy, "faxed": faxed, "columns": columns, "tables": tables,
    "rotated": rotated, "cjk": cjk,
}
"""The kinds that are drawn here, in the order of the tables."""


def main() -> None:
    """Writes pages to a folder."""
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    for kind in sys.argv[2:] or MADE:
        for made in MADE[kind]():
            (folder / f"{made.name}{made.copy.suffix}").write_bytes(made.copy.data)
            (folder / f"{made.name}.txt").write_text(made.truth, encoding="utf-8")
            print(f"{made.name}: {len(made.truth)} characters, {len(made.copy.data)} bytes")


if __name__ == "__main__":
    main()
