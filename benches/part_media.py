"""Pictures and videos as targets get them: a photograph of 12 megapixels beside Pillow, ten minutes of video beside ffmpeg.

Needs Pillow in the Python that runs it, ffmpeg, and `cargo build --release -p mediary-convert --example media_speed`.
Each of ours is run in turn with the other's, on one core, and the median of the ratios counts.
"""

from __future__ import annotations

import io
import math
import os
import random
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from PIL import Image, ImageChops, ImageFilter, ImageStat

ROUNDS = 9
SIDE = 1568
SIZE = (4000, 3000)
FRAMES = 32
REACH_PICTURE = 0.5
REACH_VIDEO = 1.2


def photograph() -> bytes:
    """Soft shapes, edges and grain, about as hard to code as a photograph."""
    chance = random.Random(12)
    layers = []
    for side in (8, 40, 400):
        noise = Image.frombytes("RGB", (side, side * 3 // 4), chance.randbytes(side * (side * 3 // 4) * 3))
        layers.append(noise.resize(SIZE, Image.Resampling.BICUBIC))
    picture = Image.blend(Image.blend(layers[0], layers[1], 0.4), layers[2], 0.2)
    grain = Image.effect_noise(SIZE, 12).convert("RGB").filter(ImageFilter.GaussianBlur(0.7))
    file = io.BytesIO()
    ImageChops.add(picture, grain, scale=1, offset=-128).save(file, "JPEG", quality=90)
    return file.getvalue()


def with_pillow(path: Path) -> tuple[float, Image.Image]:
    start = time.perf_counter()
    with Image.open(path) as picture:
        scale = SIDE / max(picture.size)
        small = picture.resize((round(picture.width * scale), round(picture.height * scale)), Image.Resampling.LANCZOS)
    small.save(io.BytesIO(), "JPEG", quality=85)
    return (time.perf_counter() - start) * 1e3, small


def psnr(one: Image.Image, other: Image.Image) -> float:
    """Decibels between two pictures of the same size."""
    squares = ImageStat.Stat(ImageChops.difference(one.convert("RGB"), other.convert("RGB"))).sum2
    mean = sum(squares) / (3 * one.width * one.height)
    return math.inf if mean == 0 else 10 * math.log10(255 ** 2 / mean)


def pictures(example: Path, folder: Path) -> None:
    path = folder / "photograph.jpg"
    path.write_bytes(photograph())
    ratios, ours, theirs = [], [], []
    for _ in range(ROUNDS):
        pillow, reference = with_pillow(path)
        told = subprocess.run([example, "picture", path, str(SIDE), "3"], check=True, capture_output=True, text=True)
        *times, fitted = told.stdout.split()
        own = statistics.median(map(float, times))
        ours.append(own), theirs.append(pillow), ratios.append(own / pillow)
    kept = io.BytesIO()
    reference.save(kept, "JPEG", quality=85)
    ratio = statistics.median(ratios)
    print(f"{SIZE[0] * SIZE[1] / 1e6:.0f} MP, {path.stat().st_size / 1e6:.1f} MB to {SIDE} px: "
          f"{statistics.median(ours):.0f} ms, Pillow {statistics.median(theirs):.0f} ms, {ratio:.2f} × "
          f"(reach ≤ {REACH_PICTURE}); {psnr(Image.open(fitted), reference):.1f} dB from its Lanczos, "
          f"Pillow's own JPEG {psnr(Image.open(kept), reference):.1f} dB")


def videos(example: Path, folder: Path) -> None:
    path = folder / "ten-minutes.mp4"
    make = ["ffmpeg", "-nostdin", "-v", "error", "-f", "lavfi", "-i", "testsrc2=s=1280x720:r=30:d=600", "-f", "lavfi",
            "-i", "sine=d=600", "-c:v", "libx264", "-preset", "veryfast", "-c:a", "aac", path]
    subprocess.run(make, check=True)
    once = ["ffmpeg", "-nostdin", "-v", "error", "-y", "-i", path, "-vf", "fps=32/600", "-q:v", "3",
            folder / "frame-%02d.jpg", "-vn", "-ac", "1", "-ar", "16000", folder / "sound.wav"]
    ratios = []
    for _ in range(3):
        start = time.perf_counter()
        subprocess.run(once, check=True)
        reference = time.perf_counter() - start
        start = time.perf_counter()
        told = subprocess.run([example, "video", path, str(FRAMES)], check=True, capture_output=True, text=True)
        own = time.perf_counter() - start
        ratios.append(own / reference)
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    print(f"10 min of 720p to {FRAMES} frames and sound: {own:.1f} s, ffmpeg {reference:.1f} s, "
          f"{statistics.median(ratios):.2f} × (reach ≤ {REACH_VIDEO}); {told.stdout.strip()}; largest child {peak:.0f} MiB")


def main() -> None:
    example = Path(sys.argv[1] if len(sys.argv) > 1 else "target/release/examples/media_speed").resolve()
    os.sched_setaffinity(0, {0})
    with tempfile.TemporaryDirectory() as folder:
        pictures(example, Path(folder))
        videos(example, Path(folder))


if __name__ == "__main__":
    main()
