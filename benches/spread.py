"""A magazine's page being set: text that flows through columns and round what stands in its way, as picture and as PDF.

Draws like `typeset.py` and remembers what it drew, so that the same page can be scanned or written as a PDF with text of
its own; the truth is kept in reading order. Set in faces whose widths are those of the fonts every reader of PDFs has.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field

from PIL import Image, ImageDraw, ImageFont

import pages
import pdfwriter
from pages import OVERSAMPLING, PAGE_PX
from typeset import POINT_PX

FACES = {
    "serif": ("LiberationSerif-Regular.ttf", "Times-Roman"), "serif bold": ("LiberationSerif-Bold.ttf", "Times-Bold"),
    "sans": ("LiberationSans-Regular.ttf", "Helvetica"), "sans bold": ("LiberationSans-Bold.ttf", "Helvetica-Bold"),
}
"""File and name in a PDF."""
LEADING = 1.22
AROUND_PT = 6.0
"""White around what text flows round."""


@dataclass(frozen=True)
class Box:
    """A part of the sheet, in points from its upper left corner."""

    left: float
    top: float
    right: float
    bottom: float

    def grown(self, by: float) -> Box:
        """With so much more on each side."""
        return Box(self.left - by, self.top - by, self.right + by, self.bottom + by)


@dataclass(frozen=True)
class Text:
    """A paragraph: its face, and its size beside that of the page. `drop` is the height of its initial, in lines."""

    words: str
    face: str = "serif"
    scale: float = 1.0
    indent: bool = False
    drop: int = 0
    gap: float = 0.0


@dataclass(frozen=True)
class Mark:
    """A string as it was drawn: where its baseline begins, and what goes between its words and its letters."""

    x: float
    y: float
    text: str
    face: str
    size: float
    between_words: float = 0.0
    between_letters: float = 0.0


@dataclass
class Spread:
    """A page with the marks on it."""

    size: float = 9.5
    justified: bool = True
    marks: list[Mark] = field(default_factory=list)
    pictures: list[Box] = field(default_factory=list)
    obstacles: list[Box] = field(default_factory=list)
    rules: list[Box] = field(default_factory=list)
    truth: list[str] = field(default_factory=list)

    @property
    def space(self) -> float:
        """The space between words of the text, in points."""
        return self.width(" ", "serif", self.size)

    def width(self, text: str, face: str, size: float) -> float:
        """How wide a string is, in points."""
        return _font(face, 100.0).getlength(text) / POINT_PX * size / 100.0

    def picture(self, box: Box) -> None:
        """A picture that text flows round."""
        self.pictures.append(box)
        self.obstacles.append(box.grown(AROUND_PT))

    def line(self, text: str, x: float, y: float, *, face: str = "serif", scale: float = 1.0, spaced: float = 0.0,
             anchor: str = "left") -> None:
        """One line on a baseline, its letters so far apart (in letters' heights)."""
        size = self.size * scale
        whole = self.width(text, face, size) + spaced * size * (len(text) - 1)
        x -= {"left": 0.0, "middle": whole / 2, "right": whole}[anchor]
        self.marks.append(Mark(x, y, text, face, size, between_letters=spaced * size))
        self.truth.append(text)

    def pour(self, texts: list[Text], boxes: list[Box], *, justified: bool | None = None) -> float:
        """Fills the boxes in order, each from its top; ends with the text or with the last box. The last line's bottom."""
        waiting = iter(boxes)
        box = next(waiting)
        y = box.top
        for text in texts:
            size = self.size * text.scale
            pitch = size * LEADING
            y += text.gap * pitch if y > box.top else 0.0
            words, first = text.words.split(" "), True
            initial: Box | None = None
            glued = ""
            while words:
                if y + pitch > box.bottom + 0.01 or (text.drop and first and y + text.drop * pitch > box.bottom):
                    following = next(waiting, None)
                    if following is None:
                        return y
                    box, y, initial = following, following.top, None
                if text.drop and first and initial is None:
                    initial, glued = self._drop(words[0][0], box, y, pitch, text), words[0][0]
                    words[0] = words[0][1:]
                blocks = [*self.obstacles, *([initial] if initial else [])]
                left, right = _room(box, y, y + pitch, blocks)
                start = left + (size if text.indent and first else 0.0)
                if right - start < 6 * size:
                    y += pitch
                    continue
                count = self._fitting(words, text.face, size, right - start)
                line, words = " ".join(words[:count]), words[count:]
                stretch = self.justified if justified is None else justified
                extra = (right - start - self.width(line, text.face, size)) / max(count - 1, 1)
                is_even = stretch and words and extra < 1.6 * size
                self.marks.append(Mark(start, y + 0.8 * pitch, line, text.face, size, extra if is_even else 0.0))
                self.truth.append(glued + line)
                glued, first = "", False
                y += pitch
        return y

    def _fitting(self, words: list[str], face: str, size: float, room: float) -> int:
        """How many words fit on a line; at least one."""
        count = 1
        while count < len(words) and self.width(" ".join(words[:count + 1]), face, size) <= room:
            count += 1
        return count

    def _drop(self, letter: str, box: Box, y: float, pitch: float, text: Text) -> Box:
        """A large initial, whose capitals are as high as its lines; what it takes."""
        size = (text.drop * pitch - 0.35 * pitch) / 0.67
        self.marks.append(Mark(box.left, y + (text.drop - 0.2) * pitch, letter, text.face, size))
        return Box(box.left, y, box.left + self.width(letter, text.face, size) + 0.15 * self.size, y + text.drop * pitch)

    def drawn(self, seed: int = 0) -> Image.Image:
        """The page as `wear.py` takes it."""
        image = Image.new("L", (PAGE_PX[0] * OVERSAMPLING, PAGE_PX[1] * OVERSAMPLING), 255)
        draw = ImageDraw.Draw(image)
        rng = random.Random(f"pictures-{seed}")
        for box in self.pictures:
            _paint(draw, box, rng)
        for rule in self.rules:
            draw.rectangle([value * POINT_PX for value in (rule.left, rule.top, rule.right, rule.bottom)], fill=0)
        for mark in self.marks:
            font = _font(mark.face, mark.size)
            x, y = mark.x * POINT_PX, mark.y * POINT_PX
            for word in (mark.text if mark.between_letters else mark.text.split(" ")):
                draw.text((x, y), word, font=font, fill=0, anchor="ls")
                x += font.getlength(word) + mark.between_letters * POINT_PX
                x += 0.0 if mark.between_letters else font.getlength(" ") + mark.between_words * POINT_PX
        return image

    def pdf(self, *, by_height: bool) -> bytes:
        """The page as a PDF whose text comes in reading order, or line by line over the whole sheet."""
        document = pdfwriter.Document()
        names = list(FACES)
        fonts = " ".join(
            f"/F{number} " + str(document.add(f"<< /Type /Font /Subtype /Type1 /BaseFont /{FACES[name][1]} "
                                              "/Encoding /WinAnsiEncoding >>".encode())) + " 0 R"
            for number, name in enumerate(names))
        height = pdfwriter.A4_PT[1]
        content = [f"0.6 g {box.left:.2f} {height - box.bottom:.2f} {box.right - box.left:.2f} "
                   f"{box.bottom - box.top:.2f} re f 0 g".encode() for box in [*self.pictures, *self.rules]]
        marks = sorted(self.marks, key=lambda mark: (round(mark.y), mark.x)) if by_height else self.marks
        for mark in marks:
            text = mark.text.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)").encode("cp1252")
            place = (f"BT /F{names.index(mark.face)} {mark.size:.3f} Tf {mark.between_words:.4f} Tw "
                     f"{mark.between_letters:.4f} Tc {mark.x:.3f} {height - mark.y:.3f} Td (").encode()
            content.append(place + text + b") Tj ET")
        document.add_page(pdfwriter.A4_PT, f"/Font << {fonts} >>", b"\n".join(content))
        return document.render()


_FONTS: dict[tuple[str, int], ImageFont.FreeTypeFont] = {}


def _font(face: str, size: float) -> ImageFont.FreeTypeFont:
    """A face at a size on the drawing."""
    key = (face, round(size * POINT_PX))
    if key not in _FONTS:
        path = pages.find_font(FACES[face][0])
        if path is None:
            raise SystemExit("fonts are missing: apt-get install fonts-liberation")
        _FONTS[key] = ImageFont.truetype(str(path), key[1])
    return _FONTS[key]


def _room(box: Box, top: float, bottom: float, obstacles: list[Box]) -> tuple[float, float]:
    """The widest stretch of a line that nothing stands in."""
    edges = [(box.left, box.left)]
    edges += sorted((each.left, each.right) for each in obstacles if each.top < bottom - 0.01 and each.bottom > top + 0.01)
    edges.append((box.right, box.right))
    free, reached = (box.left, box.left), box.left
    for left, right in edges[1:]:
        end = min(left, box.right)
        if end - reached > free[1] - free[0]:
            free = (reached, end)
        reached = max(reached, right)
    return free


def _paint(draw: ImageDraw.ImageDraw, box: Box, rng: random.Random) -> None:
    """Something like a landscape in greys."""
    left, top, right, bottom = (value * POINT_PX for value in (box.left, box.top, box.right, box.bottom))
    draw.rectangle((left, top, right, bottom), fill=205)
    for _ in range(9):
        x, y = rng.uniform(left, right), rng.uniform(top, bottom)
        size = rng.uniform(0.08, 0.3) * (bottom - top)
        draw.ellipse((max(left, x - size), max(top, y - size), min(right, x + size), min(bottom, y + size)),
                     fill=rng.randint(70, 190))
    draw.rectangle((left, top + 0.75 * (bottom - top), right, bottom), fill=120)
