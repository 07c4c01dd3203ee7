"""Makes the files in `probes/`, with which models are tried: `python3 samples/make_probes.py`.

Needs ffmpeg, espeak-ng and pdftoppm. Each file says one thing that a model can say back in one word, and is as small as models take:
what is sent to find out whether a model sees is paid for like any other picture. The results are committed.
"""

from __future__ import annotations

import struct
import subprocess
import zlib
from pathlib import Path

HERE = Path(__file__).resolve().parent / "probes"
WORD = "banana"
SIDE_PX = 64
RED, BLUE = "0xe01010", "0x1030e0"


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(colour: str) -> bytes:
    value = int(colour, 16)
    pixel = bytes((value >> 16, value >> 8 & 255, value & 255))
    header = struct.pack(">IIBBBBB", SIDE_PX, SIDE_PX, 8, 2, 0, 0, 0)
    rows = (b"\0" + pixel * SIDE_PX) * SIDE_PX
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows, 9)) + chunk(b"IEND", b"")


def pdf(word: str) -> bytes:
    content = f"BT /F1 48 Tf 40 60 Td ({word}) Tj ET".encode()
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 280 150] /Contents 4 0 R "
        b"/Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(content), content),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    out, places = b"%PDF-1.4\n", []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    trailer = b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, len(out))
    return out + b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1) + table + trailer


def ffmpeg(*arguments: str) -> None:
    exact = ("-fflags", "+bitexact", "-flags", "+bitexact", "-map_metadata", "-1")
    subprocess.run(["ffmpeg", "-y", "-loglevel", "error", *arguments[:-1], *exact, arguments[-1]], check=True)


def main() -> None:
    HERE.mkdir(exist_ok=True)
    (HERE / "red.png").write_bytes(png(RED))
    (HERE / "word.pdf").write_bytes(pdf(WORD))
    page = ("pdftoppm", "-r", "72", "-gray", "-png", "-singlefile", f"{HERE}/word.pdf", f"{HERE}/word")
    subprocess.run(page, check=True)
    ffmpeg("-i", f"{HERE}/red.png", "-q:v", "4", f"{HERE}/red.jpg")
    spoken = HERE / "spoken.wav"
    subprocess.run(["espeak-ng", "-v", "en-us", "-s", "140", "-w", spoken, f"{WORD}. {WORD}."], check=True)
    ffmpeg("-i", str(spoken), "-ac", "1", "-ar", "16000", f"{HERE}/word.wav")
    ffmpeg("-i", str(spoken), "-ac", "1", "-ar", "16000", "-b:a", "32k", f"{HERE}/word.mp3")
    spoken.unlink()
    source = f"color=c={BLUE}:size=64x64:rate=8:duration=1"
    ffmpeg("-f", "lavfi", "-i", source, "-c:v", "libx264", "-pix_fmt", "yuv420p", "-movflags", "+faststart",
           f"{HERE}/blue.mp4")


if __name__ == "__main__":
    main()
