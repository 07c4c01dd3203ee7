"""Scanned-looking A4 pages from texts we know: `python3 pages.py FOLDER [--count N]`.

Lays out the blocks of `texts.py`, then degrades the picture as a flat-bed scanner does (skew, blur, uneven
grey paper, noise, specks, JPEG). Deterministic for a seed, a set of fonts and a Pillow version. Each page is written as
NAME.pdf (image only), NAME.jpg (the very JPEG inside it), NAME.png (that JPEG's pixels) and NAME.txt.
"""

from __future__ import annotations

import argparse
import io
import random
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFilter, ImageFont

import pdfwriter
import texts

DPI = 200
PAGE_PX = (1654, 2339)
OVERSAMPLING = 2
"""Drawn at twice the resolution, then reduced, so that glyph edges fall between pixels as they do in a scanner."""

FONT_ROOTS = (Path("/usr/share/fonts"), Path("/usr/local/share/fonts"), Path("/Library/Fonts"))
FONT_PAIRS = (
    ("DejaVuSerif.ttf", "DejaVuSerif-Bold.ttf"),
    ("LiberationSans-Regular.ttf", "LiberationSans-Bold.ttf"),
    ("DejaVuSans.ttf", "DejaVuSans-Bold.ttf"),
    ("LiberationSerif-Regular.ttf", "LiberationSerif-Bold.ttf"),
    ("LiberationMono-Regular.ttf", "LiberationMono-Bold.ttf"),
)
"""Regular and bold; a pair that is not installed is replaced by the first."""


@dataclass(frozen=True)
class Wear:
    """How a page is degraded."""

    skew_deg: float
    blur_px: float
    noise: float
    paper: int
    ink: int
    gradient: float
    specks: int
    quality: int
    colour: bool


@dataclass(frozen=True)
class Page:
    """A test page: its name, its truth and its picture as JPEG."""

    name: str
    truth: str
    jpeg: bytes

    def pdf(self) -> bytes:
        """The page as an image-only PDF."""
        return pdfwriter.image_pdf([self.jpeg], DPI)

    def picture(self) -> Image.Image:
        """The decoded pixels."""
        return Image.open(io.BytesIO(self.jpeg))


def find_font(name: str) -> Path | None:
    """Where a font file lies, if it is installed."""
    return next((path for root in FONT_ROOTS for path in sorted(root.rglob(name))), None)


def font_pair(index: int) -> tuple[Path, Path]:
    """The regular and bold files of a pair, or of the first pair when it is not installed."""
    for pair in (FONT_PAIRS[index % len(FONT_PAIRS)], FONT_PAIRS[0]):
        regular, bold = (find_font(name) for name in pair)
        if regular and bold:
            return regular, bold
    raise SystemExit("fonts are missing: apt-get install fonts-dejavu fonts-liberation")


class Sheet:
    """A white page that blocks are set on, top to bottom. Remembers the lines as they were broken."""

    def __init__(self, fonts: tuple[Path, Path], size_pt: float, size_px: tuple[int, int] = PAGE_PX) -> None:
        scale = DPI * OVERSAMPLING / 72
        self._regular, self._bold = (ImageFont.truetype(str(path), round(size_pt * scale)) for path in fonts)
        self.image = Image.new("L", (size_px[0] * OVERSAMPLING, size_px[1] * OVERSAMPLING), 255)
        self._draw = ImageDraw.Draw(self.image)
        self._left = round(0.105 * self.image.width)
        self._right = self.image.width - self._left
        self._pitch = size_pt * scale * 1.36
        self._y = 0.075 * self.image.height
        self.lines: list[str] = []

    def set(self, block: texts.Block) -> None:
        """Sets one block below the last."""
        font = self._bold if block.bold else self._regular
        self._y += block.gap * self._pitch
        if block.right:
            self._place(f"{block.text}", font, self._left)
            self._place(block.right, font, self._right - font.getlength(block.right))
            self._end_line(f"{block.text} {block.right}")
            return
        for line in self._wrap(block.text, font):
            self._place(line, font, self._left)
            self._end_line(line)

    def overflow(self) -> bool:
        """Whether the last line left the page."""
        return self._y > self.image.height * 0.955

    def _place(self, text: str, font: ImageFont.FreeTypeFont, x: float) -> None:
        self._draw.text((x, self._y), text, font=font, fill=0)

    def _end_line(self, text: str) -> None:
        self.lines.append(text)
        self._y += self._pitch

    def _wrap(self, text: str, font: ImageFont.FreeTypeFont) -> list[str]:
        lines, line = [], ""
        for word in text.split():
            longer = f"{line} {word}".strip()
            if line and font.getlength(longer) > self._right - self._left:
                lines.append(line)
                line = word
            else:
                line = longer
        return [*lines, line]


def lay_out(blocks: list[texts.Block], fonts: tuple[Path, Path], size_pt: float) -> Sheet:
    """Sets all blocks, in smaller type when they do not fit."""
    while True:
        sheet = Sheet(fonts, size_pt)
        for block in blocks:
            sheet.set(block)
        if not sheet.overflow():
            return sheet
        size_pt -= 0.5


def draw_wear(rng: random.Random) -> Wear:
    """A plausible scanner setting; every second page or so lies straight."""
    return Wear(
        skew_deg=rng.choice([0.0, rng.uniform(-0.4, 0.4)]),
        blur_px=rng.uniform(0.35, 0.8),
        noise=rng.uniform(2.5, 7.0),
        paper=rng.randint(232, 250),
        ink=rng.randint(20, 60),
        gradient=rng.uniform(6, 26),
        specks=rng.randint(20, 160),
        quality=rng.randint(62, 85),
        colour=rng.random() < 0.4,
    )


def degrade(drawn: Image.Image, wear: Wear, seed: int) -> bytes:
    """The drawn sheet (oversampled, black on white) as the JPEG a scanner would have made of it."""
    turned = drawn.rotate(wear.skew_deg, Image.Resampling.BICUBIC, fillcolor=255)
    size_px = (drawn.width // OVERSAMPLING, drawn.height // OVERSAMPLING)
    soft = turned.resize(size_px, Image.Resampling.BOX).filter(ImageFilter.GaussianBlur(wear.blur_px))
    rng = np.random.default_rng(seed)
    ink = 1.0 - np.asarray(soft, dtype=np.float32) / 255.0
    paper = _uneven_paper(size_px, wear, rng)
    grey = paper + (wear.ink - paper) * ink + rng.normal(0.0, wear.noise, ink.shape)
    _add_specks(grey, wear.specks, rng)
    return _encode(np.clip(grey, 0, 255), wear)


def _uneven_paper(size_px: tuple[int, int], wear: Wear, rng: np.random.Generator) -> np.ndarray:
    """Paper brightness that falls off in one direction."""
    width, height = size_px
    angle = rng.uniform(0, 2 * np.pi)
    across = np.linspace(-0.5, 0.5, width, dtype=np.float32)[None, :] * np.cos(angle)
    down = np.linspace(-0.5, 0.5, height, dtype=np.float32)[:, None] * np.sin(angle)
    paper: np.ndarray = wear.paper - wear.gradient * (0.5 + across + down)
    return paper


def _add_specks(grey: np.ndarray, count: int, rng: np.random.Generator) -> None:
    """Dust: dark dots of one to two pixels, in place."""
    rows = rng.integers(0, grey.shape[0] - 2, count)
    columns = rng.integers(0, grey.shape[1] - 2, count)
    for row, column, size in zip(rows, columns, rng.integers(1, 3, count), strict=True):
        grey[row:row + size, column:column + size] -= rng.uniform(40, 150)


def _encode(grey: np.ndarray, wear: Wear) -> bytes:
    """JPEG, grey or with the yellowish cast of a colour scan."""
    pixels = grey.astype(np.uint8)
    if wear.colour:
        cast = np.array([1.0, 0.985, 0.95])
        pixels = (grey[..., None] * cast).astype(np.uint8)
    out = io.BytesIO()
    Image.fromarray(pixels).save(out, "JPEG", quality=wear.quality, dpi=(DPI, DPI))
    return out.getvalue()


def make_page(index: int, seed: int = 1, blocks: int | None = None) -> Page:
    """Page number `index` of the set: kinds, fonts, sizes and wear take turns.

    `blocks` keeps only the first so many blocks of the text, for a page that is quick to read.
    """
    rng = random.Random(f"page-{seed}-{index}")
    kinds: list[str] = list(texts.KINDS)
    kind = kinds[index % len(kinds)]
    composed = texts.compose(kind, seed * 1000 + index)[:blocks]
    sheet = lay_out(composed, font_pair(index + index // len(kinds)), rng.choice([10.0, 10.5, 11.0]))
    jpeg = degrade(sheet.image, draw_wear(rng), seed * 1000 + index)
    return Page(f"{index:03}-{kind}", "\n".join(sheet.lines) + "\n", jpeg)


def make_pages(count: int, seed: int = 1) -> list[Page]:
    """The first `count` pages of the set."""
    return [make_page(index, seed) for index in range(count)]


def write_page(page: Page, folder: Path) -> None:
    """Writes the four files of one page."""
    (folder / f"{page.name}.pdf").write_bytes(page.pdf())
    (folder / f"{page.name}.jpg").write_bytes(page.jpeg)
    (folder / f"{page.name}.txt").write_text(page.truth, encoding="utf-8")
    page.picture().save(folder / f"{page.name}.png")


def main() -> None:
    """Writes a set of pages to a folder."""
    parser = argparse.ArgumentParser(description="Make scanned-looking A4 test pages with known text.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--count", type=int, default=12)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    asked.folder.mkdir(parents=True, exist_ok=True)
    for page in make_pages(asked.count, asked.seed):
        write_page(page, asked.folder)
        print(f"{page.name}: {len(page.truth)} characters, {len(page.jpeg)} bytes")


if __name__ == "__main__":
    main()
