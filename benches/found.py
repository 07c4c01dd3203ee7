"""Pages that are not drawn here: our own samples, and pictures with their text beside them in a folder of others.

Every engine gets the same picture file: pages of a PDF or TIFF are taken out of it first. Used by `part_accuracy.py`.
"""

from __future__ import annotations

import io
import subprocess
from pathlib import Path

from PIL import Image, ImageSequence

import wear
from kinds import Page
from provision import ROOT

SAMPLES = {"invoice-scan.pdf": "eng", "receipt.jpg": "eng", "letter.tiff": "eng", "sign.png": "eng",
           "sign.webp": "eng", "cjk.png": "chi_sim+chi_tra+jpn", "japanese.png": "jpn"}
"""The samples with a truth that are pictures, and their languages by Tesseract's names."""
IMAGES = ROOT.parent / "shared" / "data" / "images"
PICTURE_SUFFIXES = (".png", ".jpg", ".jpeg")


def samples() -> list[Page]:
    """The pages of our own samples."""
    made = []
    for name, language in SAMPLES.items():
        path = ROOT / "samples" / name
        truths = path.with_suffix(".txt").read_text(encoding="utf-8").split("\f")
        for number, (copy, truth) in enumerate(zip(_copies(path), truths, strict=True)):
            made.append(Page("samples", f"samples-{path.stem}-{path.suffix[1:]}-{number}", copy, truth, language))
    return made


def images() -> list[Page]:
    """The pictures of others that have a text beside them; none when the folder is not there."""
    if not IMAGES.is_dir():
        return []
    made = []
    for truth in sorted(IMAGES.glob("*.txt")):
        picture = next((truth.with_suffix(suffix) for suffix in PICTURE_SUFFIXES
                        if truth.with_suffix(suffix).is_file()), None)
        if picture is not None:
            copy = wear.Copy(picture.read_bytes(), picture.suffix)
            made.append(Page("images", f"images-{truth.stem}", copy, truth.read_text(encoding="utf-8")))
    return made


def _copies(path: Path) -> list[wear.Copy]:
    """The file itself, or its pages as PNG when it is of a format that holds several."""
    if path.suffix == ".pdf":
        done = subprocess.run(["pdftoppm", "-r", "200", "-png", str(path)], capture_output=True, check=True)
        return [wear.Copy(done.stdout, ".png")]
    if path.suffix == ".tiff":
        with Image.open(path) as picture:
            return [_png(frame) for frame in ImageSequence.Iterator(picture)]
    return [wear.Copy(path.read_bytes(), path.suffix)]


def _png(picture: Image.Image) -> wear.Copy:
    out = io.BytesIO()
    picture.save(out, "PNG", dpi=picture.info.get("dpi", (150, 150)))
    return wear.Copy(out.getvalue(), ".png")
