"""An hour of speech: whether it takes as long for each second as half a minute does, in memory that stays flat. Called by
`part_speech.py`."""

from __future__ import annotations

import statistics
import threading
import time
import wave
from pathlib import Path

import memory
import server
import speech_recognition
from report import Findings, Row
from settings import Settings

CLIP_SECONDS = 30
PAUSE_SECONDS = 1
HOUR_SECONDS = 3_600
SAMPLE_SECONDS = 0.5
REACH_RATIO = 1.2
REACH_RSS_MIB = 600
REACH_RISE_MIB = 40
"""Between the first and the last quarter, which is what flat means here."""


def long_recording(folder: Path, seconds: int) -> Path:
    """The recording of Dickens over and over, with pauses between."""
    path = folder / f"dickens-{seconds}.wav"
    with wave.open(str(speech_recognition.weights() / "moonshine" / "two_cities.wav")) as opened:
        rate_hz, width = opened.getframerate(), opened.getsampwidth()
        once = opened.readframes(opened.getnframes()) + bytes(rate_hz * width * PAUSE_SECONDS)
    with wave.open(str(path), "wb") as made:
        made.setnchannels(1)
        made.setsampwidth(width)
        made.setframerate(rate_hz)
        left = seconds * rate_hz * width
        while left > 0:
            made.writeframes(once[:left])
            left -= len(once)
    return path


class Watch:
    """Resident memory over time."""

    def __init__(self, pid: int) -> None:
        self.mib: list[float] = []
        self._pid, self._done = pid, threading.Event()
        self._thread = threading.Thread(target=self._look)

    def __enter__(self) -> Watch:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._done.set()
        self._thread.join()

    def _look(self) -> None:
        while not self._done.is_set():
            self.mib.append(memory.rss_bytes(memory.tree(self._pid)) / memory.MIB)
            time.sleep(SAMPLE_SECONDS)

    def quarter(self, number: int) -> float:
        """The median of one quarter."""
        size = max(1, len(self.mib) // 4)
        return statistics.median(self.mib[number * size:(number + 1) * size])


def hour(settings: Settings, _: server.Server) -> Findings:
    """One model after the other, each in a server of its own."""
    seconds = settings.count(HOUR_SECONDS, quick=180)
    clip = long_recording(settings.work_folder, CLIP_SECONDS)
    whole = long_recording(settings.work_folder, seconds)
    rows = []
    for model in (speech_recognition.MOONSHINE, speech_recognition.WHISPER):
        with server.running(settings.executable) as mediary:
            mediary.await_health()
            rows += heard(mediary, model, clip, whole, seconds)
    return Findings(rows)


def heard(mediary: server.Server, model: str, clip: Path, whole: Path, seconds: int) -> list[Row]:
    """The clips before and after, so that a machine that slows down shows in both."""
    def short() -> list[float]:
        return [speech_recognition.transcribe(mediary, clip, model).seconds / CLIP_SECONDS for _ in range(3)]

    short()
    before = short()
    with Watch(mediary.process.pid) as watch:
        took = speech_recognition.transcribe(mediary, whole, model).seconds / seconds
    by_clip = statistics.median(before + short())
    ratio, rise = took / by_clip, watch.quarter(3) - watch.quarter(1)
    return [
        Row(f"{model}, {seconds} s of speech: real-time factor, against 30-s clips", f"{took:.3f}",
            f"{by_clip:.3f} (clips)", f"{ratio:.2f}", f"≤ {REACH_RATIO:g} ×", ratio <= REACH_RATIO),
        Row(f"{model}, {seconds} s: highest resident memory; last quarter over the second", f"{max(watch.mib):.0f} MiB",
            ratio=f"{rise:+.0f} MiB", reach=f"≤ {REACH_RSS_MIB} MiB, flat",
            met=max(watch.mib) <= REACH_RSS_MIB and rise <= REACH_RISE_MIB),
    ]
