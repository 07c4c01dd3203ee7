"""Vectors of 256 sentences: the whole HTTP round trip against sentence-transformers in a process of its own."""

from __future__ import annotations

import base64
import json
import random

import numpy
import sentences_peer
import server
import texts
from report import Findings, Row, Spread
from sentences_peer import Unavailable
from settings import Settings

TITLE = "Embeddings, 256 sentences"
MODEL = "local/all-minilm-l6-v2"
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
            words += texts.sentence(rng).split()
        made.append(" ".join(words[:wanted]))
    return made


def embed(mediary: server.Server, sentences: list[str]) -> server.RawAnswer:
    """One request for all of them, as OpenAI's clients send it."""
    question = {"model": MODEL, "input": sentences, "encoding_format": "base64"}
    return mediary.read_raw(server.Body("application/json", json.dumps(question).encode()), "/v1/embeddings")


def vectors_of(answer: server.RawAnswer) -> numpy.ndarray:
    """The vectors in the order of the sentences."""
    listed = sorted(json.loads(answer.data)["data"], key=lambda one: one["index"])
    return numpy.stack([numpy.frombuffer(base64.b64decode(one["embedding"]), "<f4") for one in listed])


def measure(settings: Settings) -> Findings:
    """Both take turns, the first call of each excluded."""
    sentences = make_sentences()
    rounds = settings.count(15, quick=3)
    with server.running(settings.executable) as mediary:
        mediary.await_health()
        vectors = vectors_of(embed(mediary, sentences))
        try:
            with sentences_peer.running(THREADS, settings.work_folder) as peer:
                peer.encode(sentences)
                pairs = [_pair(mediary, peer, sentences, turn) for turn in range(rounds)]
                expected = numpy.load(peer.vectors)
        except Unavailable as reason:
            own = Spread.of(embed(mediary, sentences).seconds for _ in range(rounds))
            note = f"{sentences_peer.version()} is left out: {reason}\n"
            return Findings([Row("round trip", own.seconds())], note)
    own, theirs = Spread.of(own for own, _ in pairs), Spread.of(peer for _, peer in pairs)
    ratio = own.median / theirs.median
    lengths = numpy.linalg.norm(vectors, axis=1) * numpy.linalg.norm(expected, axis=1)
    cosine = float(((vectors * expected).sum(axis=1) / lengths).min())
    return Findings([
        Row("round trip; ratio of medians", own.seconds(), theirs.seconds(), f"{ratio:.2f}", f"≤ {REACH_RATIO:g} ×",
            ratio <= REACH_RATIO),
        Row("least cosine to the peer's vectors", f"{cosine:.6f}", reach=f"≥ {REACH_COSINE}",
            met=cosine >= REACH_COSINE),
    ], f"The peer is {sentences_peer.version()} with {THREADS} threads, without HTTP.\n")


def _pair(mediary: server.Server, peer: sentences_peer.Peer, sentences: list[str], turn: int) -> tuple[float, float]:
    """The seconds of both, each first every other time."""
    if turn % 2:
        seconds = embed(mediary, sentences).seconds
        return seconds, peer.encode(sentences)
    theirs = peer.encode(sentences)
    return embed(mediary, sentences).seconds, theirs
