"""The requests that gateways get, and the load program that sends them.

The bodies are made once, before anything is measured. Knows no gateway by name.
"""

from __future__ import annotations

import base64
import json
import random
import struct
import subprocess
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import gateway_packages
from contenders import MODEL, Contender

LIMIT_SECONDS = 300
IMAGE_SIDE_PIXELS = (2000, 1667)
"""Ten megabytes at three bytes a pixel."""


class LoadFailed(Exception):
    """A gateway answered with something else than was asked for."""


@dataclass(frozen=True)
class Bodies:
    """Files with the bodies of requests."""

    chat: Path
    stream: Path
    image: Path

    @classmethod
    def written(cls, folder: Path) -> Bodies:
        """Writes them."""
        question = "What is two and two? Answer in one short sentence."
        messages: list[Any] = [{"role": "system", "content": "You are a terse assistant."},
                               {"role": "user", "content": question}]
        picture = base64.b64encode(noise_png(*IMAGE_SIDE_PIXELS)).decode()
        shown = [{"type": "text", "text": "What is in this picture?"},
                 {"type": "image_url", "image_url": {"url": f"data:image/png;base64,{picture}"}}]
        return cls(_write(folder / "chat.json", messages), _write(folder / "stream.json", messages, stream=True),
                   _write(folder / "image.json", [{"role": "user", "content": shown}]))


def _write(path: Path, messages: list[Any], **further: Any) -> Path:
    path.write_text(json.dumps({"model": MODEL, "messages": messages, "temperature": 0.2, **further}))
    return path


def noise_png(width: int, height: int) -> bytes:
    """A picture of noise, three bytes a pixel, stored as it is: as large as it looks, always the same."""
    noise = random.Random(4).randbytes(width * 3 * height)
    rows = b"".join(b"\0" + noise[row * width * 3:(row + 1) * width * 3] for row in range(height))
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(rows, 0)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in chunks)


def chat(to: Contender, body: Path, **options: float) -> dict[str, Any]:
    """Plain requests; `options` are those of the load program, such as `connections` and `seconds`."""
    return _run("chat", to, body, options)


def stream(to: Contender, body: Path, **options: float) -> dict[str, Any]:
    """Streams, one after the other."""
    return _run("stream", to, body, options)


def copy_twice_us(size_bytes: int, times: int) -> float:
    """The median of copying so much through loopback and once more."""
    found = _call("loopback", ["copy", "--bytes", str(size_bytes), "--requests", str(times)])
    median: float = found["times"]["p50_us"]
    return median


def _run(what: str, to: Contender, body: Path, options: dict[str, float]) -> dict[str, Any]:
    words = [what, "--address", to.address, "--body", str(body)]
    for name, value in to.headers.items():
        words += ["--header", f"{name}: {value}"]
    for option, number in options.items():
        words += [f"--{option}", str(number)]
    return _call(to.name, words)


def _call(whom: str, words: list[str]) -> dict[str, Any]:
    command = [str(gateway_packages.own("load")), *words]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=LIMIT_SECONDS)
    except subprocess.TimeoutExpired as error:
        raise LoadFailed(f"{whom}: no end after {LIMIT_SECONDS} s") from error
    if done.returncode != 0:
        raise LoadFailed(f"{whom}: {done.stderr.strip()[:300]}")
    found: dict[str, Any] = json.loads(done.stdout)
    return found
