"""Accuracy beside Tesseract, RapidOCR and faster-paddle, on pages of many kinds whose text is known.

All engines get the same picture files. Tables of word F1, character error rate and time per kind and engine, and what
was to be reached. `kinds.py` and `found.py` make the pages, `readers.py` asks the engines, `score.py` compares.
"""

from __future__ import annotations

import statistics
import sys
from dataclasses import dataclass
from pathlib import Path

import found
import kinds
import provision
import reach
import readers
import score
import searchable
import server
from kinds import Page
from readers import Reading
from report import Findings, Row
from settings import Settings

TITLE = "Accuracy"
KINDS = {**kinds.MADE, "samples": found.samples, "images": found.images}
ENGINES = [*readers.LEVELS, *readers.PEERS]


@dataclass
class Bench:
    """The pages, what every engine made of them, and remarks."""

    sheets: list[tuple[Page, Path]]
    readings: dict[str, dict[str, Reading]]
    notes: list[str]

    def scores(self, engine: str, kind: str) -> reach.Scores:
        """Means over the pages of a kind, and the median time."""
        read = [(page, self.readings[engine][page.name]) for page, _ in self.sheets if page.kind == kind]
        compared = [(page.truth, one.content, page.by_character) for page, one in read]
        return reach.Scores(
            statistics.fmean(score.word_f1(*texts) for texts in compared),
            statistics.fmean(score.character_error_rate(*texts) for texts in compared),
            statistics.median(one.seconds for _, one in read),
            any(one.kept for _, one in read))


def make_sheets(settings: Settings) -> tuple[list[tuple[Page, Path]], list[str]]:
    """The pages asked for, with their files, and a note for each kind that cannot be had."""
    folder = settings.work_folder / "accuracy" / "pages"
    folder.mkdir(parents=True, exist_ok=True)
    sheets, notes = [], []
    for kind, make in KINDS.items():
        if settings.kinds and kind not in settings.kinds:
            continue
        made = make()
        if not made:
            notes.append(f"No pages of kind {kind}: " + (
                "install fonts-noto-cjk." if kind == "cjk" else "the folder of pictures is not there."))
        for page in made[:2] if settings.quick else made:
            path = folder / f"{page.name}{page.copy.suffix}"
            path.write_bytes(page.copy.data)
            path.with_suffix(".txt").write_text(page.truth, encoding="utf-8")
            sheets.append((page, path))
    return sheets, notes


def measure(settings: Settings) -> Findings:
    """Every engine asked for reads every page asked for."""
    provision.offer_packages(provision.ACCURACY_PACKAGES)
    sheets, notes = make_sheets(settings)
    if not sheets:
        raise SystemExit("There are no pages of these kinds.")
    bench = Bench(sheets, {}, notes)
    wanted = settings.engines or ENGINES
    for name in readers.PEERS:
        if name in wanted:
            _read_with_peer(bench, name, settings)
    rows: list[Row] = []
    if any(level in wanted for level in readers.LEVELS):
        rows = _read_with_ours(bench, wanted, settings)
    _keep_texts(bench, settings.work_folder / "accuracy" / "read")
    order = [engine for engine in ENGINES if engine in bench.readings]
    bench.readings = {engine: bench.readings[engine] for engine in order}
    scores = {kind: {engine: bench.scores(engine, kind) for engine in order}
              for kind in dict.fromkeys(page.kind for page, _ in sheets)}
    return Findings(reach.rows(scores) + rows, reach.tables(scores, notes))


def _read_with_peer(bench: Bench, name: str, settings: Settings) -> None:
    """A peer's readings, or a note why there are none."""
    languages = {part for page, _ in bench.sheets for part in page.language.split("+")}
    lacking = readers.tesseract_lacks(languages | {"osd"}) if name == "tesseract" else ""
    if lacking:
        bench.notes.append(f"{readers.PEERS[name]} {lacking}")
        return
    print(f"reading with {readers.PEERS[name]}", file=sys.stderr, flush=True)
    memory = readers.Memory(settings.work_folder / "accuracy" / "answers", readers.version_of(name))
    bench.readings[name] = readers.read_with_peer(name, bench.sheets, memory, settings.fresh)


def _read_with_ours(bench: Bench, wanted: list[str], settings: Settings) -> list[Row]:
    """The readings of our levels, and the rows that only concern ourselves."""
    with server.running(settings.executable) as mediary:
        mediary.await_health()
        levels = readers.levels_of(mediary)
        for level in readers.LEVELS:
            if level not in wanted:
                continue
            if level not in levels:
                bench.notes.append(f"The server does not list level {level}.")
                continue
            print(f"reading with {levels[level]}", file=sys.stderr, flush=True)
            bench.readings[level] = readers.read_all(readers.ours(mediary, levels[level]), bench.sheets)
        clean = [sheet for sheet in bench.sheets if sheet[0].kind == "clean"]
        rows = []
        if clean and {"fast", "auto"} <= levels.keys() & set(wanted):
            fast, auto = (readers.ours(mediary, levels[level]) for level in ("fast", "auto"))
            rows.append(reach.time_ratio(fast, auto, clean, settings.count(3, quick=1)))
        if not settings.kinds:
            level = next(level for level in ("auto", "fast") if level in levels)
            rows += searchable.rows(settings, mediary, levels[level])
        return rows


def _keep_texts(bench: Bench, folder: Path) -> None:
    """Writes what each engine read, for looking at."""
    for engine, readings in bench.readings.items():
        (folder / engine).mkdir(parents=True, exist_ok=True)
        for name, reading in readings.items():
            (folder / engine / f"{name}.txt").write_text(reading.content, encoding="utf-8")
