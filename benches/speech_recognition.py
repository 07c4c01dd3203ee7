"""What is said, and how quickly: Moonshine against moonshine-voice, Whisper base against faster-whisper.

The peers transcribe samples that are decoded already, in processes of their own; Mediary's times are whole HTTP round
trips. Called by `part_speech.py`.
"""

from __future__ import annotations

import json
import statistics
from dataclasses import dataclass
from pathlib import Path

import server
import speech_peers
import spoken
import word_errors
from report import Findings, Row
from settings import Settings
from speech_peers import Heard
from spoken import Utterance

SHARED = server.ROOT.parent / "shared" / "data" / "audio"
TRUTHS = {
    "beckett": "Ever tried. Ever failed. No matter. Try again. Fail again. Fail better.",
    "two_cities": "It was the best of times, it was the worst of times, it was the age of wisdom, it was the age of "
    "foolishness, it was the epoch of belief, it was the epoch of incredulity, it was the season of light, it was the "
    "season of darkness, it was the spring of hope, it was the winter of despair, we had everything before us, we had "
    "nothing before us, we were all going direct to heaven, we were all going direct the other way, in short, the "
    "period was so far like the present period, that some of its noisiest authorities insisted on its being received, "
    "for good or for evil, in the superlative degree of comparison only.",
    "jfk": "And so, my fellow Americans, ask not what your country can do for you, ask what you can do for your country.",
}
"""What is said in the real recordings: Beckett, Dickens, Kennedy."""
LANGUAGES = {"english": "en", "spanish": "es", "french": "fr", "italian": "it", "portuguese": "pt", "hindi": "hi"}
"""Codes of the names that transcripts have in them."""
MOONSHINE, WHISPER = "local/moonshine", "local/whisper-base"
REACH_MOONSHINE_TIME = 0.9
REACH_ERRORS = 0.005
REACH_WHISPER_TIME = {"44 s": 0.8, "10 s": 0.4, "5 s": 0.3}
SHORT_SECONDS = 5.0


def weights() -> Path:
    """Where Mediary's weights lie."""
    return server.ROOT / "models" / "weights"


def clips() -> list[Utterance]:
    """The real recordings that are there."""
    found = [weights() / "moonshine" / "beckett.wav", weights() / "moonshine" / "two_cities.wav", SHARED / "jfk.wav"]
    return [Utterance("en", TRUTHS[path.stem], path) for path in found if path.exists()]


def transcribe(mediary: server.Server, recording: Path, model: str, language: str | None = None) -> Heard:
    """One recording through the endpoint, as OpenAI's clients send it."""
    fields = {"model": model, "response_format": "verbose_json"}
    if language is not None:
        fields["language"] = language
    body = server.multipart(recording.read_bytes(), recording.name, "audio/wav", fields)
    raw = mediary.read_raw(body, "/v1/audio/transcriptions")
    told = json.loads(raw.data)
    language = told.get("language") or ""
    return Heard(raw.seconds, told["text"], LANGUAGES.get(language, language))


@dataclass
class Compared:
    """What both made of one recording, in all rounds."""

    utterance: Utterance
    own: list[Heard]
    peer: list[Heard]

    def errors(self) -> tuple[int, int]:
        """The wrong words of the last round: ours, the peer's."""
        said = self.utterance.text
        return word_errors.errors(said, self.own[-1].text), word_errors.errors(said, self.peer[-1].text)

    def ratio(self) -> float:
        """Of the medians of time."""
        return _seconds(self.own) / _seconds(self.peer)


def _seconds(heard: list[Heard]) -> float:
    return statistics.median(one.seconds for one in heard)


def compare(mediary: server.Server, peer: speech_peers.Peer, model: str, said: list[Utterance],
            rounds: int) -> list[Compared]:
    """Each recording by both, taking turns at going first. The language is not told."""
    compared = []
    for utterance in said:
        both = Compared(utterance, [], [])
        for turn in range(rounds):
            if turn % 2:
                both.own.append(transcribe(mediary, utterance.path, model))
            both.peer.append(peer.transcribe(utterance.path))
            if not turn % 2:
                both.own.append(transcribe(mediary, utterance.path, model))
        compared.append(both)
    return compared


def moonshine(settings: Settings, mediary: server.Server) -> Findings:
    """The real recordings."""
    rounds = settings.count(7, quick=1)
    with speech_peers.running(speech_peers.MOONSHINE, weights()) as peer:
        warm(mediary, peer, MOONSHINE)
        compared = compare(mediary, peer, MOONSHINE, clips(), rounds)
    rows = []
    for one in compared:
        own, theirs = one.errors()
        ratio = one.ratio()
        what = f"Moonshine, {one.utterance.path.stem} ({one.utterance.seconds:.0f} s)"
        rows.append(Row(f"{what}: wrong words", f"{own}", f"{theirs}", "", "≤ peer + 1", own <= theirs + 1))
        rows.append(Row(f"{what}: time", _ms(one.own), _ms(one.peer), f"{ratio:.2f}", f"≤ {REACH_MOONSHINE_TIME:g} ×",
                        ratio <= REACH_MOONSHINE_TIME))
    return Findings(rows, f"Moonshine is held against {speech_peers.version('moonshine-voice')}.\n")


def whisper(settings: Settings, mediary: server.Server) -> Findings:
    """Six languages and the real recordings: words and languages against the peer as it is by default (five beams), times
    against its quicker way (one beam)."""
    folder = settings.work_folder / "spoken"
    folder.mkdir(parents=True, exist_ok=True)
    said = [*clips(), *spoken.usual(mediary, folder, list(spoken.SENTENCES), settings.count(20, quick=3))]
    theirs = _kept(settings, said)
    words = [Compared(one, [transcribe(mediary, one.path, WHISPER)], [theirs[one.path.stem]]) for one in said]
    short = sorted(said, key=lambda one: abs(one.seconds - SHORT_SECONDS))[:settings.count(8, quick=3)]
    lengths = {"44 s": [one for one in said if one.path.stem == "two_cities"],
               "10 s": [one for one in said if one.path.stem in ("beckett", "jfk")],
               "5 s": short}
    rows = [*_word_rows(words)]
    with speech_peers.running(speech_peers.WHISPER, weights()) as peer:
        warm(mediary, peer, WHISPER)
        for name, some in lengths.items():
            timed = compare(mediary, peer, WHISPER, some, settings.count(5, quick=1))
            own, theirs = [[heard for one in timed for heard in of(one)] for of in (lambda one: one.own, lambda one: one.peer)]
            ratio, wanted = statistics.median(one.ratio() for one in timed), REACH_WHISPER_TIME[name]
            rows.append(Row(f"Whisper base, {name}: time", _ms(own), _ms(theirs), f"{ratio:.2f}", f"≤ {wanted:g} ×",
                            ratio <= wanted))
    return Findings(rows, f"Whisper is held against {speech_peers.version('faster-whisper')}, int8, "
                          f"{speech_peers.THREADS} threads, with the same weights.\n\n{_table(words)}")


def _kept(settings: Settings, said: list[Utterance]) -> dict[str, Heard]:
    """What the peer makes of recordings with five beams, by name. It says the same each time, so that it is kept."""
    file = settings.work_folder / f"{speech_peers.version('faster-whisper')}.json"
    kept = json.loads(file.read_text()) if file.exists() and not settings.fresh else {}
    missing = [one for one in said if one.path.stem not in kept]
    if missing:
        with speech_peers.running(speech_peers.WHISPER_BEAM, weights()) as peer:
            for one in missing:
                kept[one.path.stem] = peer.transcribe(one.path).__dict__
        file.write_text(json.dumps(kept, ensure_ascii=False))
    return {name: Heard(**heard) for name, heard in kept.items()}


def warm(mediary: server.Server, peer: speech_peers.Peer, model: str) -> None:
    """The first call of each, in which models are opened."""
    first = clips()[0].path
    transcribe(mediary, first, model)
    peer.transcribe(first)


def _word_rows(compared: list[Compared]) -> list[Row]:
    """All of it, and whether the languages are right."""
    own, theirs = _rates(compared)
    right = [sum(heard[0].language == one.utterance.language for one, heard in found)
             for found in ([(one, one.own) for one in compared], [(one, one.peer) for one in compared])]
    return [
        Row(f"Whisper base, {len(compared)} recordings: word errors", f"{own:.4f}", f"{theirs:.4f}", "",
            f"≤ peer + {REACH_ERRORS:g}", own <= theirs + REACH_ERRORS),
        Row(f"Whisper base, {len(compared)} recordings: languages told rightly", f"{right[0]}", f"{right[1]}", "",
            "≥ peer", right[0] >= right[1]),
    ]


def _rates(compared: list[Compared]) -> tuple[float, float]:
    own = word_errors.rate((one.utterance.text, one.own[-1].text) for one in compared)
    return own, word_errors.rate((one.utterance.text, one.peer[-1].text) for one in compared)


def _table(compared: list[Compared]) -> str:
    """Word errors by language."""
    lines = ["| word errors of Whisper base | Mediary | faster-whisper, 5 beams |", "|---|---|---|"]
    groups = {"real recordings": [one for one in compared if one.utterance.path.stem in TRUTHS]}
    for language in spoken.SENTENCES:
        groups[language] = [one for one in compared if one.utterance.path.stem not in TRUTHS
                            and one.utterance.language == language]
    for name, some in groups.items():
        if some:
            own, theirs = _rates(some)
            lines.append(f"| {name} | {own:.4f} | {theirs:.4f} |")
    return "\n".join(lines) + "\n"


def _ms(heard: list[Heard]) -> str:
    return f"{_seconds(heard) * 1e3:.0f} ms"
