"""A text of 1,000 characters to MP3: how soon a listener hears something, how long all of it takes, and whether it is
understood. Called by `part_speech.py`."""

from __future__ import annotations

import http.client
import json
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

import numpy
import server
import speech_recognition
import spoken
import word_errors
from report import Findings, Row, Spread
from settings import Settings

CHARACTERS = 1_000
AUDIBLE = 0.01
RATE_HZ = 24_000
PIPER, ESPEAK = "local/piper", "local/espeak"
REACH_AUDIBLE_SECONDS = 0.25
REACH_FACTOR = 0.12
REACH_ERRORS = 0.03
REACH_BYTE_SECONDS = 0.15
REACH_ESPEAK_RATIO = 1.5
TEXT = " ".join(spoken.SENTENCES["en"])[:CHARACTERS].rsplit(" ", 1)[0]


@dataclass(frozen=True)
class Spoken:
    """What came, and when: the bytes so far at each moment, in seconds after the request."""

    data: bytes
    arrivals: list[tuple[float, int]]

    @property
    def seconds(self) -> float:
        """Until the last byte."""
        return self.arrivals[-1][0]

    def audible_seconds(self) -> float:
        """Until what had come could be heard: the first moment at which its decoded samples are not silence."""
        for at, length in self.arrivals:
            if numpy.abs(samples(self.data[:length])).max(initial=0.0) > AUDIBLE:
                return at
        raise SystemExit("nothing can be heard in what came")


def samples(data: bytes) -> numpy.ndarray:
    """Decoded by ffmpeg, -1 to 1."""
    command = ["ffmpeg", "-v", "quiet", "-i", "-", "-f", "f32le", "-ac", "1", "-ar", str(RATE_HZ), "-"]
    return numpy.frombuffer(subprocess.run(command, input=data, capture_output=True).stdout, "<f4")


def speak(mediary: server.Server, model: str) -> Spoken:
    """One request, read as it comes."""
    asked = {"model": model, "input": TEXT, "response_format": "mp3"}
    connection = http.client.HTTPConnection(server.HOST, mediary.port, timeout=server.ANSWER_LIMIT_SECONDS)
    begin = time.perf_counter()
    connection.request("POST", "/v1/audio/speech", json.dumps(asked), {"Content-Type": "application/json"})
    response = connection.getresponse()
    data, arrivals = b"", []
    while chunk := response.read1(1 << 16):
        data += chunk
        arrivals.append((time.perf_counter() - begin, len(data)))
    connection.close()
    if response.status != 200:
        raise server.ServerUnavailable(f"status {response.status}: {data[:300].decode(errors='replace')}")
    return Spoken(data, arrivals)


def piper(settings: Settings, mediary: server.Server) -> Findings:
    """The first request of all counts by itself, because in it the voice is opened."""
    cold = speak(mediary, PIPER)
    made = [speak(mediary, PIPER) for _ in range(settings.count(7, quick=3))]
    seconds = len(samples(made[-1].data)) / RATE_HZ
    audible = Spread.of(one.audible_seconds() for one in made)
    factor = Spread.of(one.seconds / seconds for one in made)
    path = settings.work_folder / "piper.mp3"
    path.write_bytes(made[-1].data)
    heard = speech_recognition.transcribe(mediary, path, speech_recognition.WHISPER)
    errors = word_errors.rate([(TEXT, heard.text)])
    return Findings([
        Row(f"Piper, {len(TEXT)} characters ({seconds:.0f} s): first audible sample", audible.seconds(),
            reach=f"≤ {REACH_AUDIBLE_SECONDS * 1e3:.0f} ms", met=audible.median <= REACH_AUDIBLE_SECONDS),
        Row("Piper: the same for the first request of all", f"{cold.audible_seconds() * 1e3:.0f} ms"),
        Row("Piper: real-time factor", f"{factor.median:.3f} ({factor.low:.3f}..{factor.high:.3f})",
            reach=f"≤ {REACH_FACTOR:g}", met=factor.median <= REACH_FACTOR),
        Row("Piper: word errors of its transcript by Whisper base", f"{errors:.3f}", reach=f"≤ {REACH_ERRORS:g}",
            met=errors <= REACH_ERRORS),
    ])


def espeak(settings: Settings, mediary: server.Server) -> Findings:
    """Against espeak-ng with ffmpeg behind it, which take turns with it."""
    speak(mediary, ESPEAK)
    made, peers = [], []
    for _ in range(settings.count(11, quick=3)):
        made.append(speak(mediary, ESPEAK))
        peers.append(_piped(settings.work_folder / "espeak.mp3"))
    first = Spread.of(one.arrivals[0][0] for one in made)
    own, theirs = Spread.of(one.seconds for one in made), Spread.of(peers)
    ratio = own.median / theirs.median
    return Findings([
        Row(f"espeak, {len(TEXT)} characters: first byte", first.seconds(),
            reach=f"≤ {REACH_BYTE_SECONDS * 1e3:.0f} ms", met=first.median <= REACH_BYTE_SECONDS),
        Row("espeak: all of it, against espeak-ng piped into ffmpeg", own.seconds(), theirs.seconds(), f"{ratio:.2f}",
            f"≤ {REACH_ESPEAK_RATIO:g} ×", ratio <= REACH_ESPEAK_RATIO),
    ])


def _piped(path: Path) -> float:
    begin = time.perf_counter()
    speaking = subprocess.Popen(["espeak-ng", "-v", "en", "--stdout", TEXT], stdout=subprocess.PIPE)
    subprocess.run(["ffmpeg", "-v", "error", "-y", "-i", "-", "-f", "mp3", path], stdin=speaking.stdout, check=True)
    speaking.wait()
    return time.perf_counter() - begin
