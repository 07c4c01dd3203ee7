"""How well a text agrees with its truth: word F1 and character error rate.

Both look at NFKC text with runs of white space made one space; case counts. No knowledge of engines.
"""

from __future__ import annotations

import unicodedata
from collections import Counter


def normalise(text: str) -> str:
    """NFKC, white space collapsed."""
    return " ".join(unicodedata.normalize("NFKC", text).split())


def word_f1(truth: str, read: str) -> float:
    """Harmonic mean of precision and recall over bags of words. Two empty texts agree fully."""
    expected, found = Counter(normalise(truth).split()), Counter(normalise(read).split())
    if not expected and not found:
        return 1.0
    shared = (expected & found).total()
    return 2 * shared / (expected.total() + found.total())


def character_error_rate(truth: str, read: str) -> float:
    """Levenshtein distance divided by the length of the truth; order counts."""
    expected, found = normalise(truth), normalise(read)
    if not expected:
        return float(bool(found))
    return edit_distance(expected, found) / len(expected)


def edit_distance(left: str, right: str) -> int:
    """Levenshtein distance by Myers' bit-vector algorithm (JACM 46, 1999), on Python's long integers."""
    if not left:
        return len(right)
    positions: dict[str, int] = {}
    for index, character in enumerate(left):
        positions[character] = positions.get(character, 0) | 1 << index
    mask, last = (1 << len(left)) - 1, 1 << (len(left) - 1)
    plus, minus, distance = mask, 0, len(left)
    for character in right:
        match = positions.get(character, 0)
        diagonal = (((match & plus) + plus) ^ plus) | match | minus
        rises = minus | (~(diagonal | plus) & mask)
        falls = plus & diagonal
        distance += bool(rises & last) - bool(falls & last)
        rises = (rises << 1 | 1) & mask
        falls = (falls << 1) & mask
        plus = falls | (~(diagonal | rises) & mask)
        minus = rises & diagonal
    return distance
