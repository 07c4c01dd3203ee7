"""Vectors of 256 sentences: the whole HTTP round trip against sentence-transformers in a process of its own, by the model
for English and by the one for some hundred languages."""

from __future__ import annotations

import base64
import json
import random
from pathlib import Path

import numpy
import sentences_peer
import server
import texts as prose
from report import Findings, Row, Spread
from sentences_peer import Unavailable
from settings import Settings

TITLE = "Embeddings, 256 sentences"
ENGLISH, MULTILINGUAL = "local/all-minilm-l6-v2", "local/e5-small"
PACKED = server.ROOT / "models" / "weights" / "e5-small" / "e5-small-q4.bin"
"""What the second model comes in; `mediary models pull e5-small` fetches it."""
ASKS = "query: "
"""What stands before its texts. Mediary puts it there itself."""
SENTENCES = 256
WORDS = (10, 40)
THREADS = 2
REACH_RATIO = 1.2
REACH_COSINE = 0.999


def make_sentences() -> list[str]:
    """Texts of 10 to 40 words, the same each time."""
    rng = random.Random(9)
    made = []
    for _ in range(SENTENCES):
        wanted, words = rng.randint(*WORDS), []
        while len(words) < wanted:
            words += prose.sentence(rng).split()
        made.append(" ".join(words[:wanted]))
    return made


def embed(mediary: server.Server, model: str, sentences: list[str]) -> server.RawAnswer:
    """One request for all of them, as OpenAI's clients send it."""
    question = {"model": model, "input": sentences, "encoding_format": "base64"}
    return mediary.read_raw(server.Body("application/json", json.dumps(question).encode()), "/v1/embeddings")


def vectors_of(answer: server.RawAnswer) -> numpy.ndarray:
    """The vectors in the order of the sentences."""
    listed = sorted(json.loads(answer.data)["data"], key=lambda one: one["index"])
    return numpy.stack([numpy.frombuffer(base64.b64decode(one["embedding"]), "<f4") for one in listed])


def measure(settings: Settings) -> Findings:
    """The English model, and the multilingual one where its weights are here."""
    english = compared(settings, ENGLISH, "all-minilm-l6-v2", None, "")
    if not PACKED.exists():
        return Findings(english.rows, f"{english.tables}{MULTILINGUAL} is left out: its weights are not here\n")
    try:
        folder = sentences_peer.unpacked(PACKED, settings.work_folder)
    except Unavailable as reason:
        return Findings(english.rows, f"{english.tables}{MULTILINGUAL} is left out: {reason}\n")
    multilingual = compared(settings, MULTILINGUAL, "e5-small", folder, ASKS)
    note = "For e5-small it has the same weights, unpacked to floats.\n"
    return Findings([*english.rows, *multilingual.rows], english.tables + note)


def compared(settings: Settings, model: str, name: str, folder: Path | None, before: str) -> Findings:
    """Both take turns, the first call of each excluded."""
    sentences = make_sentences()
    marked = [f"{before}{sentence}" for sentence in sentences]
    rounds = settings.count(15, quick=3)
    with server.running(settings.executable) as mediary:
        mediary.await_health()
        vectors = vectors_of(embed(mediary, model, sentences))
        try:
            with sentences_peer.running(THREADS, settings.work_folder, folder) as peer:
                peer.encode(marked)
                pairs = [_pair(mediary, peer, model, (sentences, marked), turn) for turn in range(rounds)]
                expected = numpy.load(peer.vectors)
        except Unavailable as reason:
            own = Spread.of(embed(mediary, model, sentences).seconds for _ in range(rounds))
            note = f"{sentences_peer.version()} is left out: {reason}\n"
            return Findings([Row(f"{name}: round trip", own.seconds())], note)
    own, theirs = Spread.of(own for own, _ in pairs), Spread.of(peer for _, peer in pairs)
    ratio = own.median / theirs.median
    lengths = numpy.linalg.norm(vectors, axis=1) * numpy.linalg.norm(expected, axis=1)
    cosine = float(((vectors * expected).sum(axis=1) / lengths).min())
    return Findings([
        Row(f"{name}: round trip; ratio of medians", own.seconds(), theirs.seconds(), f"{ratio:.2f}",
            f"≤ {REACH_RATIO:g} ×", ratio <= REACH_RATIO),
        Row(f"{name}: least cosine to the peer's vectors", f"{cosine:.6f}", reach=f"≥ {REACH_COSINE}",
            met=cosine >= REACH_COSINE),
    ], f"The peer is {sentences_peer.version()} with {THREADS} threads, without HTTP.\n")


def _pair(
    mediary: server.Server, peer: sentences_peer.Peer, model: str, texts: tuple[list[str], list[str]], turn: int
) -> tuple[float, float]:
    """The seconds of both, each first every other time."""
    own, marked = texts
    if turn % 2:
        seconds = embed(mediary, model, own).seconds
        return seconds, peer.encode(marked)
    theirs = peer.encode(marked)
    return embed(mediary, model, own).seconds, theirs
