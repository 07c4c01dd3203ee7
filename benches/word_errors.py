"""How many words of a transcript are wrong: substituted, left out or put in, as a part of those that were said.

Case, punctuation and the form of letters do not count; apostrophes and hyphens part words. No knowledge of engines.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

from rapidfuzz.distance import Levenshtein


def words(text: str) -> list[str]:
    """The words of a text, in lower case and without marks."""
    plain = unicodedata.normalize("NFKC", text).lower()
    kept = "".join(" " if unicodedata.category(letter)[0] in "PSZC" else letter for letter in plain)
    return kept.split()


def errors(said: str, written: str) -> int:
    """The least number of words to change."""
    return int(Levenshtein.distance(words(said), words(written)))


def rate(pairs: Iterable[tuple[str, str]]) -> float:
    """Over many texts, said and written, the long ones counting more."""
    listed = list(pairs)
    return sum(errors(said, written) for said, written in listed) / sum(len(words(said)) for said, _ in listed)
