"""Test texts of several kinds, as blocks that a page can lay out.

Seeded and deterministic: the same kind and seed give the same blocks. Knows nothing of fonts or pixels;
`pages.py` lays the blocks out, and the bench uses `plain_lines` for its born-digital document.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass

import words


@dataclass(frozen=True)
class Block:
    """One paragraph, heading or row. `right` is set against the right margin of the same line."""

    text: str
    right: str = ""
    bold: bool = False
    gap: float = 0.0
    """Empty space above, in lines."""


def sentence(rng: random.Random) -> str:
    """A grammatical if aimless sentence of 8 to 25 words."""
    pick = rng.choice
    subject = pick([
        f"the {pick(words.ADJECTIVES)} {pick(words.NOUNS)}",
        f"{pick(words.PEOPLE)}",
        f"{rng.randint(2, 96)} {pick(words.ADJECTIVES)} {pick(words.PLURALS)}",
        f"the {pick(words.NOUNS)} of {pick(words.PLACES)}",
    ])
    middle = pick([
        f"{pick(words.VERBS)} the {pick(words.NOUNS)} near {pick(words.PLACES)}",
        f"{pick(words.VERBS)} the {pick(words.ADJECTIVES)} {pick(words.PLURALS)}",
        f"{pick(words.VERBS)} every {pick(words.NOUNS)} and {pick(words.VERBS)} the {pick(words.PLURALS)}",
    ])
    tail = pick([
        ".",
        f", although the {pick(words.NOUNS)} was {pick(words.ADJECTIVES)}.",
        f" because nobody had {pick(words.VERBS)} the {pick(words.PLURALS)} since {rng.randint(1871, 2024)}.",
        f"; the {pick(words.PLURALS)} were {pick(words.ADJECTIVES)}, {pick(words.ADJECTIVES)} and "
        f"{pick(words.ADJECTIVES)}.",
        f" for {rng.randint(3, 90)} days.",
        f" (see page {rng.randint(2, 400)}).",
    ])
    text = f"{subject} {middle}{tail}"
    return text[0].upper() + text[1:]


def paragraph(rng: random.Random, sentences: int) -> str:
    """Several sentences in a row."""
    return " ".join(sentence(rng) for _ in range(sentences))


def money(rng: random.Random, low: int, high: int) -> str:
    """An amount with two decimals and thousands separators."""
    return f"{rng.randint(low * 100, high * 100) / 100:,.2f}"


def date(rng: random.Random) -> str:
    """A date as English letters write it."""
    month = rng.choice("January February March April May June July August September October November December".split())
    return f"{rng.randint(1, 28)} {month} {rng.randint(1998, 2026)}"


def mail_address(rng: random.Random, person: str) -> str:
    """An address under a reserved example domain."""
    first, last = person.replace("'", "").lower().split(" ", 1)
    return f"{first[0]}.{last}@{rng.choice(words.NOUNS)}.example"


def letter(rng: random.Random) -> list[Block]:
    """A business letter with address, date, subject and signature."""
    sender, reader = rng.sample(words.PEOPLE, 2)
    company = rng.choice(words.COMPANIES)
    blocks = [
        Block(company, right=f"Tel. +44 20 7946 0{rng.randint(100, 999)}", bold=True),
        Block(f"{rng.randint(1, 180)} {rng.choice(words.NOUNS).title()} Street", right=mail_address(rng, sender)),
        Block(f"{rng.choice(words.PLACES)} {rng.choice('BDEGKNSW')}{rng.randint(1, 19)} {rng.randint(1, 9)}QJ"),
        Block(f"{rng.choice(words.PLACES)}, {date(rng)}", gap=1.5),
        Block(f"Our reference: {rng.choice('ABKQX')}-{rng.randint(1000, 9999)}/{rng.randint(10, 99)}"),
        Block(f"Dear {reader},", gap=1.5),
    ]
    for written in rng.sample(words.LETTER_PARAGRAPHS, 4):
        blocks.append(Block(f"{written} {paragraph(rng, rng.randint(1, 2))}", gap=0.6))
    blocks += [Block("Yours sincerely,", gap=1.0), Block(sender, gap=1.5), Block("Enclosures: 2")]
    return blocks


def contract(rng: random.Random) -> list[Block]:
    """A dense page of numbered clauses."""
    first, second = rng.sample(words.COMPANIES, 2)
    blocks = [
        Block("FRAMEWORK AGREEMENT FOR THE SUPPLY OF GOODS", bold=True),
        Block(f"between {first} (the \"Supplier\") and {second} (the \"Customer\"), dated {date(rng)}.", gap=0.5),
    ]
    for number, clause in enumerate(rng.sample(words.CLAUSES, 10), start=1):
        filled = clause.format(n=rng.randint(2, 24), days=rng.choice([10, 14, 30, 45, 60, 90]),
                               rate=f"{rng.randint(2, 9)}.{rng.randint(1, 9)}", sum=money(rng, 10_000, 900_000))
        proviso = f"For the purposes of clause {number}.{rng.randint(1, 9)}: {sentence(rng)}"
        blocks.append(Block(f"{number}.{rng.randint(1, 9)} {filled} {proviso}", gap=0.25))
    return blocks


def receipt(rng: random.Random) -> list[Block]:
    """A long till list: quantity and article on the left, price on the right."""
    blocks = [
        Block(rng.choice(words.COMPANIES), bold=True),
        Block(f"Branch {rng.choice(words.PLACES)}", right=f"Till {rng.randint(1, 12)}"),
        Block(f"{date(rng)}  {rng.randint(8, 19):02}:{rng.randint(0, 59):02}",
              right=f"No. {rng.randint(10_000, 99_999)}"),
    ]
    total_cents = 0
    for index in range(40):
        cents, count = rng.randint(49, 8_999), rng.randint(1, 6)
        total_cents += cents * count
        article = f"{count} x {rng.choice(words.GOODS)} ({rng.randint(100_000, 999_999)}) @ {cents / 100:.2f}"
        blocks.append(Block(article, right=f"{cents * count / 100:,.2f}", gap=0.0 if index else 0.6))
    vat = round(total_cents * 20 / 120)
    blocks += [
        Block("TOTAL EUR", right=f"{total_cents / 100:,.2f}", bold=True, gap=0.5),
        Block("incl. VAT 20%", right=f"{vat / 100:,.2f}"),
        Block("Thank you for your visit! Goods may be returned within 14 days.", gap=0.5),
    ]
    return blocks


def technical(rng: random.Random) -> list[Block]:
    """A manual page with units, codes and a short table."""
    blocks = [Block(f"{rng.randint(2, 9)}.{rng.randint(1, 9)} Commissioning and maintenance", bold=True)]
    for written in rng.sample(words.TECHNICAL_PARAGRAPHS, 6):
        filled = written.format(
            khz=rng.choice([8, 16, 44.1, 48]), n=rng.randint(10, 64), m=rng.randint(1, 9), mv=rng.randint(5, 250),
            volt=rng.choice([48, 230, 325, 400]), sec=rng.randint(3, 9), nm=rng.randint(8, 20), nm2=rng.randint(24, 60),
            deg=rng.randint(45, 140), bytes=rng.choice([128, 256, 1024]), hex=f"{rng.randint(16, 255):02X}",
            pct=rng.randint(70, 95), watt=f"{rng.randint(1, 9)},{rng.randint(100, 999)}")
        blocks.append(Block(f"{filled} {sentence(rng)}", gap=0.6))
    blocks.append(Block("Part", right="Interval", bold=True, gap=0.8))
    for article in rng.sample(words.GOODS, 7):
        code = f"{rng.choice('ABCDEFGHKLMNPQRSTVWXYZ')}{rng.randint(10, 99)}-{rng.randint(100, 999)}"
        blocks.append(Block(f"{code}  {article}", right=f"{rng.randint(2, 60) * 50} h"))
    return blocks


def orders(rng: random.Random) -> list[Block]:
    """Numbers, prices, percentages and e-mail addresses within running text."""
    blocks = [Block(f"Orders and enquiries, week {rng.randint(1, 52)}/{rng.randint(2015, 2026)}", bold=True)]
    for _ in range(10):
        person = rng.choice(words.PEOPLE)
        blocks.append(Block(
            f"#{rng.randint(10_000, 99_999)} {person} <{mail_address(rng, person)}>, {date(rng)}: "
            f"{rng.randint(2, 500)} pieces of \"{rng.choice(words.GOODS)}\" at £{money(rng, 1, 90)} each, less "
            f"{rng.randint(2, 15)}% discount; deposit ${money(rng, 100, 4_000)} paid by card ending in "
            f"{rng.randint(1000, 9999)}. {sentence(rng)}", gap=0.6))
    return blocks


def prose(rng: random.Random) -> list[Block]:
    """A page of a story."""
    title = f"{rng.choice(words.ADJECTIVES)} {rng.choice(words.PLURALS)} of {rng.choice(words.PLACES)}"
    blocks = [Block(f"Chapter {rng.randint(2, 40)}: The {title.title()}", bold=True)]
    for written in rng.sample(words.PROSE_PARAGRAPHS, 4):
        blocks.append(Block(f"{written} {paragraph(rng, rng.randint(2, 3))}", gap=0.5))
    blocks.append(Block(str(rng.randint(12, 398)), gap=1.0))
    return blocks


KINDS: dict[str, Callable[[random.Random], list[Block]]] = {
    "letter": letter,
    "contract": contract,
    "receipt": receipt,
    "technical": technical,
    "orders": orders,
    "prose": prose,
}


def compose(kind: str, seed: int) -> list[Block]:
    """The blocks of one page."""
    return KINDS[kind](random.Random(f"{kind}-{seed}"))


def plain_lines(seed: int, characters: int, width: int = 92) -> list[str]:
    """Lines of running text, about `characters` in all, none longer than `width`."""
    rng = random.Random(f"plain-{seed}")
    lines: list[str] = []
    line, count = "", 0
    while count < characters:
        for word in sentence(rng).split():
            if len(line) + 1 + len(word) > width:
                lines.append(line)
                count += len(line) + 1
                line = word
            else:
                line = f"{line} {word}".strip()
    return lines + [line]
