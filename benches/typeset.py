"""Sets text on sheets: paragraphs that flow through frames, and tables. Remembers the truth in reading order.

Draws black on white at twice the resolution; `wear.py` makes scans of it. Knows nothing of kinds of pages:
`kinds.py` decides what goes where. Lines are never hyphenated, so a truth is the text itself.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

import pages
from pages import DPI, OVERSAMPLING, PAGE_PX

POINT_PX = DPI * OVERSAMPLING / 72
"""Drawn pixels in a typographic point."""
NOT_FIRST = "，。、；：！？）」』”’》,.;:!?)"
"""Never at the beginning of an East Asian line."""
CJK_ATOMS = re.compile(r"[A-Za-z0-9.:%/-]+|.")


@dataclass(frozen=True)
class Family:
    """A regular and a bold font file, and the face inside them where they are collections."""

    regular: Path
    bold: Path
    face: int = 0

    def font(self, size_pt: float, bold: bool = False) -> ImageFont.FreeTypeFont:
        """The font at a size on the drawing."""
        return ImageFont.truetype(str(self.bold if bold else self.regular), round(size_pt * POINT_PX), index=self.face)


@dataclass(frozen=True)
class Frame:
    """A rectangle to fill with lines, in fractions of the sheet."""

    left: float
    top: float
    right: float
    bottom: float


@dataclass(frozen=True)
class Piece:
    """A paragraph or heading. `gap` is the empty space above, in lines; `cjk` breaks between characters."""

    text: str
    bold: bool = False
    scale: float = 1.0
    gap: float = 0.5
    cjk: bool = False


@dataclass
class Sheet:
    """A sheet being set, and the lines of its truth so far."""

    family: Family
    size_pt: float
    size_px: tuple[int, int] = PAGE_PX
    justified: bool = False
    truth: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.image = Image.new("L", (self.size_px[0] * OVERSAMPLING, self.size_px[1] * OVERSAMPLING), 255)
        self.draw = ImageDraw.Draw(self.image)

    def flow(self, pieces: list[Piece], frames: list[Frame]) -> float:
        """Fills the frames in order; what does not fit is left out of picture and truth. The last y, as a fraction."""
        columns = iter(frames)
        frame = next(columns)
        y = frame.top * self.image.height
        for piece in pieces:
            font = self.family.font(self.size_pt * piece.scale, piece.bold)
            pitch = self.size_pt * piece.scale * POINT_PX * (1.6 if piece.cjk else 1.32)
            if y > frame.top * self.image.height:
                y += piece.gap * pitch
            for line, last in self._lines(piece, font, (frame.right - frame.left) * self.image.width):
                if y + pitch > frame.bottom * self.image.height:
                    following = next(columns, None)
                    if following is None:
                        return y / self.image.height
                    frame, y = following, following.top * self.image.height
                stretch = self.justified and not last and not piece.cjk and not piece.bold
                self._set_line(line, font, frame, y, stretch)
                y += pitch
        return y / self.image.height

    def flow_evenly(self, pieces: list[Piece], frames: list[Frame], step: float = 0.004) -> float:
        """As `flow`, with all frames cut off at the height at which the text just fits. That height, as a fraction."""
        bottom = frames[0].bottom
        while bottom - step > frames[0].top and self._fits(pieces, _cut(frames, bottom - step)):
            bottom -= step
        self.flow(pieces, _cut(frames, bottom))
        return bottom

    def _fits(self, pieces: list[Piece], frames: list[Frame]) -> bool:
        """Whether everything finds room, tried on another sheet."""
        trial = Sheet(self.family, self.size_pt, self.size_px)
        trial.flow(pieces, frames)
        return "".join("".join(trial.truth).split()) == "".join("".join(piece.text for piece in pieces).split())

    def line(self, text: str, x: float, y: float, *, anchor: str = "la", scale: float = 1.0) -> None:
        """One line at a place given in fractions, such as a page number."""
        font = self.family.font(self.size_pt * scale)
        self.draw.text((x * self.image.width, y * self.image.height), text, font=font, fill=0, anchor=anchor)
        self.truth.append(text)

    def _lines(self, piece: Piece, font: ImageFont.FreeTypeFont, width: float) -> list[tuple[str, bool]]:
        """The lines of a piece, each with whether it is the last."""
        lines = wrap(piece.text, font, width, cjk=piece.cjk)
        return [(line, index == len(lines) - 1) for index, line in enumerate(lines)]

    def _set_line(self, line: str, font: ImageFont.FreeTypeFont, frame: Frame, y: float, stretch: bool) -> None:
        x, room = frame.left * self.image.width, (frame.right - frame.left) * self.image.width
        self.truth.append(line)
        words = line.split(" ")
        if not stretch or len(words) == 1:
            self.draw.text((x, y), line, font=font, fill=0)
            return
        widths = [font.getlength(word) for word in words]
        space = (room - sum(widths)) / (len(words) - 1)
        for word, width in zip(words, widths, strict=True):
            self.draw.text((x, y), word, font=font, fill=0)
            x += width + space


def _cut(frames: list[Frame], bottom: float) -> list[Frame]:
    """The frames with another lower edge."""
    return [replace(frame, bottom=bottom) for frame in frames]


def wrap(text: str, font: ImageFont.FreeTypeFont, width: float, *, cjk: bool = False) -> list[str]:
    """Breaks text into lines no wider than `width`."""
    atoms, glue = (CJK_ATOMS.findall(text), "") if cjk else (text.split(), " ")
    lines: list[str] = []
    line = ""
    for atom in atoms:
        longer = f"{line}{glue}{atom}" if line else atom
        if line and font.getlength(longer) > width and atom not in NOT_FIRST:
            lines.append(line.strip())
            line = atom
        else:
            line = longer
    return [*lines, line.strip()]


def latin_family(index: int) -> Family:
    """One of the installed Latin families."""
    return Family(*pages.font_pair(index))


def cjk_family(language: str, serif: bool) -> Family | None:
    """Noto CJK with the glyph shapes of a language, if it is installed."""
    style = "Serif" if serif else "Sans"
    regular, bold = (pages.find_font(f"Noto{style}CJK-{weight}.ttc") for weight in ("Regular", "Bold"))
    face = {"jpn": 0, "chi_sim": 2, "chi_tra": 3}[language]
    return Family(regular, bold, face) if regular and bold else None
