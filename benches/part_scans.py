"""Scanned A4 pages over HTTP, level `fast`, against faster-paddle tiny on the same pixels.

Mediary gets the PDF and pays for HTTP, opening, rendering and the answer; the peer gets the page's pixels.
"""

from __future__ import annotations

import statistics
import time
from dataclasses import dataclass, field
from pathlib import Path

import pages
import peer
import providers
import score
import server
from report import Row, Spread
from settings import Settings

TITLE = "Scanned A4, 200 DPI"
REACH_RATIO = {"cpu": 0.65, "openvino": 0.45}
REACH_F1_LOSS = 0.002
PAUSE_SECONDS = 0.1
"""Before each measurement, so that no thread of the other side is still spinning."""
FIELDS = {"engine": "local/paddleocr:fast", "output": "text"}


@dataclass(frozen=True)
class Sheet:
    """One page as each side is given it."""

    truth: str
    body: server.Body
    picture: Path


@dataclass
class Side:
    """What one side did: seconds in the order of measuring, and the last text of each page."""

    seconds: list[float] = field(default_factory=list)
    contents: dict[int, str] = field(default_factory=dict)

    def note(self, index: int, answer: server.Answer) -> None:
        """Keeps one answer."""
        self.seconds.append(answer.seconds)
        self.contents[index] = answer.content

    def mean_f1(self, sheets: list[Sheet]) -> float:
        """Mean word F1 over the pages."""
        return statistics.fmean(score.word_f1(sheets[index].truth, text) for index, text in self.contents.items())

    def mean_error_rate(self, sheets: list[Sheet]) -> float:
        """Mean character error rate over the pages."""
        return statistics.fmean(
            score.character_error_rate(sheets[index].truth, text) for index, text in self.contents.items())


def make_sheets(settings: Settings) -> list[Sheet]:
    """The pages, with the pictures for the peer on disk."""
    sheets = []
    for page in pages.make_pages(settings.count(12, quick=4)):
        picture = settings.work_folder / f"{page.name}.bmp"
        page.picture().convert("RGB").save(picture)
        body = server.multipart(page.pdf(), f"{page.name}.pdf", "application/pdf", FIELDS)
        sheets.append(Sheet(page.truth, body, picture))
    return sheets


def compare(sheets: list[Sheet], rounds: int, mediary: server.Server, other: peer.Peer) -> tuple[Side, Side]:
    """Both read every page `rounds` times, taking turns at going first."""
    own, theirs = Side(), Side()
    for turn in range(rounds):
        for index, sheet in enumerate(sheets):
            for ours_now in (True, False) if (turn + index) % 2 else (False, True):
                time.sleep(PAUSE_SECONDS)
                if ours_now:
                    own.note(index, mediary.read(sheet.body))
                else:
                    theirs.note(index, other.read(sheet.picture))
    return own, theirs


def rows_of(provider: str, own: Side, theirs: Side, sheets: list[Sheet]) -> list[Row]:
    """Time, word F1 and character error rate of one execution provider."""
    ratio = Spread.of(mine / peers for mine, peers in zip(own.seconds, theirs.seconds, strict=True))
    own_f1, peer_f1 = own.mean_f1(sheets), theirs.mean_f1(sheets)
    return [
        Row(f"time per page, provider {provider}", Spread.of(own.seconds).seconds(),
            Spread.of(theirs.seconds).seconds(), ratio.plain(), f"≤ {REACH_RATIO[provider]:g} ×",
            ratio.median <= REACH_RATIO[provider]),
        Row(f"word F1, mean, provider {provider}", f"{own_f1:.4f}", f"{peer_f1:.4f}",
            reach=f"≥ peer − {REACH_F1_LOSS}", met=own_f1 >= peer_f1 - REACH_F1_LOSS),
        Row(f"character error rate, mean, provider {provider}", f"{own.mean_error_rate(sheets):.4f}",
            f"{theirs.mean_error_rate(sheets):.4f}"),
    ]


def measure(settings: Settings) -> list[Row]:
    """All providers, one after the other, against one peer process; the first call of each side is excluded."""
    sheets, rounds = make_sheets(settings), settings.count(3, quick=1)
    with peer.running() as other:
        other.read(sheets[0].picture)

        def alternate(provider: str, mediary: server.Server) -> list[Row]:
            own, theirs = compare(sheets, rounds, mediary, other)
            return rows_of(provider, own, theirs, sheets)

        return providers.each(settings, sheets[0].body, alternate)
