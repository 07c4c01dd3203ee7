"""How well a text agrees with its truth: word F1 and character error rate.

Both look at NFKC text with runs of white space made one space; case counts. Texts without spaces between words are
compared by character, white space left out. No knowledge of engines.
"""

from __future__ import annotations

import unicodedata
from collections import Counter

from rapidfuzz.distance import Levenshtein


def normalise(text: str, by_character: bool = False) -> str:
    """NFKC, white space collapsed, or left out."""
    return ("" if by_character else " ").join(unicodedata.normalize("NFKC", text).split())


def word_f1(truth: str, read: str, by_character: bool = False) -> float:
    """Harmonic mean of precision and recall over bags of words or characters. Two empty texts agree fully."""
    expected, found = (normalise(text, by_character) for text in (truth, read))
    left, right = (Counter(text if by_character else text.split()) for text in (expected, found))
    if not left and not right:
        return 1.0
    return 2 * (left & right).total() / (left.total() + right.total())


def character_error_rate(truth: str, read: str, by_character: bool = False) -> float:
    """Levenshtein distance divided by the length of the truth; order counts."""
    expected, found = normalise(truth, by_character), normalise(read, by_character)
    if not expected:
        return float(bool(found))
    return Levenshtein.distance(expected, found) / len(expected)
