"""Pictures and videos as targets get them: a photograph of 12 megapixels beside Pillow, ten minutes of video beside ffmpeg.

Needs ffmpeg, and `cargo build --release --workspace --example media_speed` beside the executable that is measured.
Both take turns, on one core; the median of the ratios counts.
"""

from __future__ import annotations

import io
import math
import os
import random
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from PIL import Image, ImageChops, ImageFilter, ImageStat

import memory
from report import Row, Spread
from settings import Settings

TITLE = "Pictures and videos for targets"
SIDE = 1568
SIZE = (4000, 3000)
FRAMES = 32
REACH_PICTURE = 0.5
REACH_VIDEO = 1.2
REACH_MIB = 300
SAMPLE_SECONDS = 0.02


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
    """Seconds of opening, scaling and writing without any short cut, and the small picture."""
    start = time.perf_counter()
    with Image.open(path) as picture:
        scale = SIDE / max(picture.size)
        small = picture.resize((round(picture.width * scale), round(picture.height * scale)), Image.Resampling.LANCZOS)
    small.save(io.BytesIO(), "JPEG", quality=85)
    return time.perf_counter() - start, small


def psnr(one: Image.Image, other: Image.Image) -> float:
    """Decibels between two pictures of the same size."""
    squares = ImageStat.Stat(ImageChops.difference(one.convert("RGB"), other.convert("RGB"))).sum2
    mean = sum(squares) / (3 * one.width * one.height)
    return math.inf if mean == 0 else 10 * math.log10(255 ** 2 / mean)


@contextmanager
def one_core() -> Iterator[None]:
    """This process and its children on the first core that they may use."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(before)})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def pictures(example: Path, settings: Settings) -> list[Row]:
    """The photograph, scaled and written anew."""
    path = settings.work_folder / "photograph.jpg"
    path.write_bytes(photograph())
    ours, theirs = [], []
    for _ in range(settings.count(9, quick=3)):
        pillow, reference = with_pillow(path)
        told = subprocess.run([example, "picture", path, str(SIDE), "3"], check=True, capture_output=True, text=True)
        *times, fitted = told.stdout.split()
        ours.append(Spread.of(float(time_ms) / 1e3 for time_ms in times).median)
        theirs.append(pillow)
    kept = io.BytesIO()
    reference.save(kept, "JPEG", quality=85)
    ratio = Spread.of(own / pillow for own, pillow in zip(ours, theirs, strict=True))
    own_db, pillow_db = psnr(Image.open(fitted), reference), psnr(Image.open(kept), reference)
    return [
        Row(f"JPEG of {SIZE[0] * SIZE[1] / 1e6:.0f} megapixels to {SIDE} pixels", Spread.of(ours).seconds(),
            Spread.of(theirs).seconds(), ratio.plain(), f"≤ {REACH_PICTURE} ×", ratio.median <= REACH_PICTURE),
        Row("how near that is to Pillow's picture before it is written", f"{own_db:.1f} dB", f"{pillow_db:.1f} dB"),
    ]


def videos(example: Path, settings: Settings) -> list[Row]:
    """Ten minutes as frames and sound; the peer decodes it once and writes both."""
    path = settings.work_folder / "ten-minutes.mp4"
    make = ["ffmpeg", "-nostdin", "-v", "error", "-y", "-f", "lavfi", "-i", "testsrc2=s=1280x720:r=30:d=600", "-f", "lavfi",
            "-i", "sine=d=600", "-c:v", "libx264", "-preset", "veryfast", "-c:a", "aac", path]
    subprocess.run(make, check=True)
    once = ["ffmpeg", "-nostdin", "-v", "error", "-y", "-i", path, "-vf", f"fps={FRAMES}/600", "-q:v", "3",
            settings.work_folder / "frame-%02d.jpg", "-vn", "-ac", "1", "-ar", "16000", settings.work_folder / "sound.wav"]
    ours, theirs, peaks = [], [], []
    for _ in range(settings.count(3, quick=1)):
        start = time.perf_counter()
        child = subprocess.Popen([example, "video", path, str(FRAMES)], stdout=subprocess.DEVNULL)
        # What the kernel tells of an ended child counts this program's own memory, from before it became another.
        with memory.Peak(child.pid, SAMPLE_SECONDS) as watched:
            status = child.wait()
        ours.append(time.perf_counter() - start)
        if status != 0:
            raise SystemExit("media_speed cannot read the video")
        peaks.append(watched.rss_bytes / memory.MIB)
        start = time.perf_counter()
        subprocess.run(once, check=True)
        theirs.append(time.perf_counter() - start)
    ratio = Spread.of(own / peer for own, peer in zip(ours, theirs, strict=True))
    return [
        Row(f"10 minutes of 720p to {FRAMES} frames and sound of 16 kHz", Spread.of(ours).seconds(),
            Spread.of(theirs).seconds(), ratio.plain(), f"≤ {REACH_VIDEO} ×", ratio.median <= REACH_VIDEO),
        Row("all processes in that, together", f"{max(peaks):.0f} MiB", reach=f"≤ {REACH_MIB} MiB",
            met=max(peaks) <= REACH_MIB),
    ]


def measure(settings: Settings) -> list[Row]:
    """Pictures, then videos."""
    example = settings.executable.with_name("examples") / "media_speed"
    if not example.is_file():
        raise SystemExit(f"{example} is not there; cargo build --release --workspace --example media_speed")
    with one_core():
        return [*pictures(example, settings), *videos(example, settings)]
