"""Tables of several kinds for the accuracy pages: what is in the cells and how they are ruled.

Seeded; drawn by `tables.py`, set on a page with heading and closing sentence by `kinds.py`.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass

import texts
import words
from tables import Style, Table


@dataclass(frozen=True)
class Ledger:
    """A table with the text around it."""

    title: str
    introduction: str
    table: Table
    closing: str
    size_pt: float = 10.0


def price_list(rng: random.Random) -> Ledger:
    """A full grid, one line a cell."""
    rows = [["No.", "Article", "Stock", "Price", "Amount"]]
    for number, article in enumerate(rng.sample(words.GOODS, 18), start=1):
        count, cents = rng.randint(1, 60), rng.randint(99, 9_900)
        rows.append([str(number), article, str(count), f"{cents / 100:.2f}", f"{count * cents / 100:,.2f}"])
    table = Table(rows, [1, 5, 1.4, 1.8, 2.2], frozenset({2, 3, 4}), Style(grid=True))
    return Ledger("Price list, autumn", "All prices in EUR, without value added tax.", table,
                  f"Valid until {texts.date(rng)} or until stocks are sold out.")


def timetable(rng: random.Random) -> Ledger:
    """Numbers without any rules, columns told apart by space alone."""
    stops = rng.sample(words.PLACES, 14)
    minutes = [rng.randint(300, 360) + 90 * run for run in range(5)]
    rows = [["Stop", "Mon-Fri", "Mon-Fri", "Daily", "Daily", "Sunday"]]
    for stop in stops:
        rows.append([stop, *(f"{m // 60:02}:{m % 60:02}" for m in minutes)])
        minutes = [m + rng.randint(4, 13) for m in minutes]
    table = Table(rows, [3, 1.6, 1.6, 1.6, 1.6, 1.6], frozenset(), Style(leading=1.35, padding_pt=5))
    return Ledger("Timetable of line 47", "Buses wait no longer than two minutes for the ferry.", table,
                  "No service on public holidays.", size_pt=11.0)


def staff(rng: random.Random) -> Ledger:
    """Words in cells with space between the columns and a rule below the heading and the last row."""
    rows = [["Name", "Office", "Town", "Telephone", "Since"]]
    for person in rng.sample(words.PEOPLE, 15):
        rows.append([person, rng.choice(words.NOUNS).title(), rng.choice(words.PLACES),
                     f"0{rng.randint(100, 999)} {rng.randint(10_000, 99_999)}", str(rng.randint(1988, 2025))])
    table = Table(rows, [3, 2, 2.2, 2.2, 1.2], frozenset({4}), Style(frame_rules=True, padding_pt=3.5))
    return Ledger("Who answers which telephone", "Please ring between 9:00 and 16:30.", table,
                  "Changes of number should be reported to the exchange.")


def inspection(rng: random.Random) -> Ledger:
    """A grid whose cells hold several lines, so that rows and lines are not the same."""
    rows = [["Item", "Finding", "Measure", "Due"]]
    for plural in rng.sample(words.PLURALS, 8):
        rows.append([plural.title(), texts.sentence(rng), texts.sentence(rng), f"{rng.randint(1, 28)} May"])
    table = Table(rows, [1.6, 3.4, 3.4, 1.2], frozenset(), Style(grid=True, leading=1.22))
    return Ledger("Inspection of the north wing", "Findings of the second visit, by item.", table,
                  f"Signed in {rng.choice(words.PLACES)} on {texts.date(rng)}.", size_pt=9.5)


def accounts(rng: random.Random) -> Ledger:
    """Many right-aligned numbers, a rule below each row, a dark heading row."""
    rows = [["Quarter", "Sales", "Wages", "Rent", "Repairs", "Result"]]
    for year in range(2016, 2025):
        for quarter in ("Q1", "Q2", "Q3"):
            figures = [rng.randint(20_000, 99_000), rng.randint(9_000, 30_000), 4_800, rng.randint(0, 9_000)]
            result = figures[0] - sum(figures[1:])
            rows.append([f"{year} {quarter}", *(f"{figure:,}" for figure in figures), f"{result:,}"])
    table = Table(rows, [1.5, 1.4, 1.4, 1.2, 1.4, 1.4], frozenset({1, 2, 3, 4, 5}),
                  Style(row_rules=True, dark_head=True, padding_pt=3))
    return Ledger("Accounts of the ferry company", "Amounts in pounds sterling.", table,
                  "The fourth quarter is reported with the annual statement.")


def specification(rng: random.Random) -> Ledger:
    """Keys and values without rules: a form, with empty cells here and there."""
    rows = [["Property", "Model A", "Model B"]]
    for key, unit in (("Supply voltage", "V"), ("Rated power", "W"), ("Weight with battery", "kg"), ("Length", "mm"),
                      ("Width", "mm"), ("Operating temperature", "°C"), ("Noise at full load", "dB"),
                      ("Charging time", "min"), ("Torque", "Nm"), ("Warranty", "months")):
        first, second = (f"{rng.randint(2, 990)} {unit}" for _ in range(2))
        rows.append([key, first, "" if rng.random() < 0.2 else second])
    table = Table(rows, [3, 2, 2], frozenset(), Style(leading=1.5))
    return Ledger("Specification", f"Order number {rng.randint(10_000, 99_999)}-{rng.choice('ABX')}.", table,
                  "Subject to technical changes; dimensions without handle.", size_pt=11.5)


MAKERS: list[Callable[[random.Random], Ledger]] = [price_list, timetable, staff, inspection, accounts, specification]
"""One for each page of the kind."""
