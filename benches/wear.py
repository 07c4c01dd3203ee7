"""What happens to a drawn sheet before it is read: clean, skewed, noisy and faxed copies, turned ones.

Each takes the oversampled drawing and a seed and gives the bytes of a picture file. `pages.py` has the flat-bed
scanner that the speed benches use; the light wear here is the same code with gentler settings.
"""

from __future__ import annotations

import io
import random
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageFilter

import pages
from pages import DPI, OVERSAMPLING

FAX_DPI = {"fine": (204, 196), "standard": (204, 98)}


@dataclass(frozen=True)
class Copy:
    """A picture file."""

    data: bytes
    suffix: str


def clean(drawn: Image.Image, seed: int) -> Copy:
    """A careful scan: straight, hardly any noise, high JPEG quality."""
    rng = random.Random(f"clean-{seed}")
    wear = pages.Wear(skew_deg=0.0, blur_px=rng.uniform(0.3, 0.45), noise=rng.uniform(1.0, 2.0), paper=250,
                      ink=rng.randint(15, 40), gradient=4, specks=0, quality=90, colour=rng.random() < 0.4)
    return Copy(pages.degrade(drawn, wear, seed), ".jpg")


def skewed(drawn: Image.Image, seed: int, degrees: float) -> Copy:
    """A clean scan of a sheet that lay at an angle, on a larger canvas so that nothing is cut off."""
    larger = drawn.rotate(degrees, Image.Resampling.BICUBIC, expand=True, fillcolor=255)
    width, height = (side // OVERSAMPLING * OVERSAMPLING for side in larger.size)
    return clean(larger.crop((0, 0, width, height)), seed)


def turned(drawn: Image.Image, seed: int, degrees: int, skew: float = 0.0) -> Copy:
    """A clean scan that lies on its side or head: counter-clockwise by a multiple of 90 degrees."""
    quarter = {90: Image.Transpose.ROTATE_90, 180: Image.Transpose.ROTATE_180, 270: Image.Transpose.ROTATE_270}[degrees]
    return skewed(drawn.transpose(quarter), seed, skew) if skew else clean(drawn.transpose(quarter), seed)


def noisy(drawn: Image.Image, seed: int, strength: float) -> Copy:
    """A bad photograph: blur, uneven light, Gaussian and salt-and-pepper noise, JPEG artefacts. Strength is 0 to 1."""
    rng = np.random.default_rng(seed)
    small = drawn.resize((drawn.width // OVERSAMPLING, drawn.height // OVERSAMPLING), Image.Resampling.BOX)
    soft = small.filter(ImageFilter.GaussianBlur(0.5 + 0.6 * strength))
    grey = np.asarray(soft, dtype=np.float32)
    down, across = np.mgrid[0:1:grey.shape[0] * 1j, 0:1:grey.shape[1] * 1j].astype(np.float32)
    centre = rng.uniform(0.2, 0.8, 2)
    light = 1.0 - (0.3 + 0.4 * strength) * np.hypot(down - centre[0], across - centre[1])
    ink = 45 + grey * (235 - 45) / 255
    shot = ink * light + rng.normal(0, 8 + 16 * strength, grey.shape)
    salt = rng.random(grey.shape)
    share = 0.001 + 0.004 * strength
    shot[salt < share] = 255
    shot[salt > 1 - share] = 0
    out = io.BytesIO()
    quality = int(60 - 30 * strength)
    Image.fromarray(np.clip(shot, 0, 255).astype(np.uint8)).save(out, "JPEG", quality=quality, dpi=(DPI, DPI))
    return Copy(out.getvalue(), ".jpg")


def faxed(drawn: Image.Image, seed: int, mode: str) -> Copy:
    """A fax: 204 dots per inch across, 196 or 98 down, black or white, with specks and lost dots.

    The file says how wide and how high its dots are; a reader that ignores it sees squat letters in the standard mode.
    """
    rng = np.random.default_rng(seed)
    across, down = FAX_DPI[mode]
    drawn_dpi = DPI * OVERSAMPLING
    small = drawn.resize((drawn.width * across // drawn_dpi, drawn.height * down // drawn_dpi), Image.Resampling.BOX)
    grey = np.asarray(small, dtype=np.float32) + rng.normal(0, 18, (small.height, small.width))
    black = grey < rng.uniform(140, 165)
    flipped = rng.random(black.shape)
    black |= flipped < 0.0008
    black &= flipped < 1 - 0.002
    _streaks(black, rng)
    out = io.BytesIO()
    Image.fromarray(~black).save(out, "PNG", dpi=(across, down))
    return Copy(out.getvalue(), ".png")


def _streaks(black: np.ndarray, rng: np.random.Generator) -> None:
    """Clumps of dust, and a few rows of dots lost on the line, in place."""
    rows, columns = rng.integers(0, black.shape[0] - 3, 60), rng.integers(0, black.shape[1] - 3, 60)
    for row, column in zip(rows, columns, strict=True):
        black[row:row + 2, column:column + rng.integers(1, 4)] = True
    for row in rng.integers(0, black.shape[0], 3):
        start = rng.integers(0, black.shape[1] // 2)
        black[row, start:start + black.shape[1] // 4] = False
