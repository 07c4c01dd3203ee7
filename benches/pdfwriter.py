"""A small PDF writer: image-only pages, base-14 text pages, and files with unused ballast.

Writes plain PDF 1.4 with a cross-reference table and, but for books, no compression, so that what a test or a bench measures
is the reader. Does not read PDFs. Used by `pages.py`, `run.py` and `samples/make.py`.
"""

from __future__ import annotations

import io
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, ImageFont

A4_PT = (595.28, 841.89)


@dataclass(frozen=True)
class TextRun:
    """A string at a place. Coordinates are points from the lower left corner."""

    x_pt: float
    y_pt: float
    text: str
    size_pt: float = 10.0
    font: str = "F1"


@dataclass(frozen=True)
class Rule:
    """A thin horizontal line."""

    x_pt: float
    y_pt: float
    length_pt: float


class Document:
    """Objects numbered in the order they are added; `render` lays them out and writes the table."""

    def __init__(self) -> None:
        self._objects: list[bytes] = []
        self._pages: list[int] = []
        self._catalog = self.add(b"<< /Type /Catalog /Pages 2 0 R >>")
        self._tree = self.add(b"")

    def add(self, body: bytes) -> int:
        """Adds an object and returns its number."""
        self._objects.append(body)
        return len(self._objects)

    def add_stream(self, entries: str, data: bytes) -> int:
        """Adds a stream object with extra dictionary entries."""
        head = f"<< {entries} /Length {len(data)} >>\nstream\n".encode()
        return self.add(head + data + b"\nendstream")

    def add_page(self, size_pt: tuple[float, float], resources: str, content: bytes, packed: bool = False) -> None:
        """Adds a page with its content stream, which may be compressed."""
        stream = self.add_stream("/Filter /FlateDecode", zlib.compress(content)) if packed else self.add_stream("", content)
        page = (f"<< /Type /Page /Parent {self._tree} 0 R /MediaBox [0 0 {size_pt[0]:.2f} {size_pt[1]:.2f}] "
                f"/Resources << {resources} >> /Contents {stream} 0 R >>")
        self._pages.append(self.add(page.encode()))

    def render(self) -> bytes:
        """The bytes of the file."""
        kids = " ".join(f"{number} 0 R" for number in self._pages)
        self._objects[self._tree - 1] = f"<< /Type /Pages /Count {len(self._pages)} /Kids [{kids}] >>".encode()
        out = io.BytesIO()
        out.write(b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n")
        offsets = []
        for number, body in enumerate(self._objects, start=1):
            offsets.append(out.tell())
            out.write(f"{number} 0 obj\n".encode())
            out.write(body)
            out.write(b"\nendobj\n")
        table_at = out.tell()
        out.write(f"xref\n0 {len(offsets) + 1}\n0000000000 65535 f \n".encode())
        out.writelines(f"{offset:010} 00000 n \n".encode() for offset in offsets)
        out.write(f"trailer\n<< /Size {len(offsets) + 1} /Root {self._catalog} 0 R >>\n".encode())
        out.write(f"startxref\n{table_at}\n%%EOF\n".encode())
        return out.getvalue()


def image_pdf(jpegs: Iterable[bytes], dpi: int) -> bytes:
    """One page per JPEG, each as large as its pixels are at `dpi`."""
    document = Document()
    for jpeg in jpegs:
        with Image.open(io.BytesIO(jpeg)) as picture:
            (width, height), mode = picture.size, picture.mode
        space = "/DeviceGray" if mode == "L" else "/DeviceRGB"
        image = document.add_stream(
            f"/Type /XObject /Subtype /Image /Width {width} /Height {height} /ColorSpace {space} "
            "/BitsPerComponent 8 /Filter /DCTDecode", jpeg)
        size_pt = (width * 72 / dpi, height * 72 / dpi)
        content = f"q {size_pt[0]:.2f} 0 0 {size_pt[1]:.2f} 0 0 cm /Im0 Do Q".encode()
        document.add_page(size_pt, f"/XObject << /Im0 {image} 0 R >>", content)
    return document.render()


def text_pdf(pages: Iterable[Sequence[TextRun | Rule]], ballast_bytes: int = 0) -> bytes:
    """Born-digital A4 pages in Helvetica (`F1`) and Helvetica-Bold (`F2`), nothing embedded.

    `ballast_bytes` adds one stream of that size which no page refers to.
    """
    document = Document()
    fonts = [
        document.add(f"<< /Type /Font /Subtype /Type1 /BaseFont /{name} /Encoding /WinAnsiEncoding >>".encode())
        for name in ("Helvetica", "Helvetica-Bold")
    ]
    resources = f"/Font << /F1 {fonts[0]} 0 R /F2 {fonts[1]} 0 R >>"
    for marks in pages:
        document.add_page(A4_PT, resources, b"\n".join(_operators(mark) for mark in marks))
    if ballast_bytes:
        document.add_stream("", _ballast(ballast_bytes))
    return document.render()


def book_pdf(pages: Iterable[Sequence[TextRun | Rule]], faces: Sequence[Path]) -> bytes:
    """Born-digital A4 pages with compressed content in TrueType faces that are embedded whole: `F1`, `F2` …"""
    document = Document()
    fonts = " ".join(f"/F{number} {_embedded(document, face)} 0 R" for number, face in enumerate(faces, start=1))
    for marks in pages:
        document.add_page(A4_PT, f"/Font << {fonts} >>", b"\n".join(_operators(mark) for mark in marks), packed=True)
    return document.render()


def _embedded(document: Document, face: Path) -> int:
    """A font with the characters of Windows-1252."""
    data = face.read_bytes()
    file = document.add_stream(f"/Length1 {len(data)} /Filter /FlateDecode", zlib.compress(data))
    drawn = ImageFont.truetype(str(face), 1000)
    widths = " ".join(str(round(drawn.getlength(bytes([code]).decode("cp1252", "replace")))) for code in range(32, 256))
    ascent, descent = drawn.getmetrics()
    descriptor = document.add((
        f"<< /Type /FontDescriptor /FontName /{face.stem} /Flags 32 /FontBBox [-500 -400 1500 1200] /ItalicAngle 0 "
        f"/Ascent {ascent} /Descent {-descent} /CapHeight 730 /StemV 90 /FontFile2 {file} 0 R >>").encode())
    return document.add((
        f"<< /Type /Font /Subtype /TrueType /BaseFont /{face.stem} /FirstChar 32 /LastChar 255 /Widths [{widths}] "
        f"/FontDescriptor {descriptor} 0 R /Encoding /WinAnsiEncoding >>").encode())


def _operators(mark: TextRun | Rule) -> bytes:
    """The content-stream operators of one mark."""
    if isinstance(mark, Rule):
        right = mark.x_pt + mark.length_pt
        return f"0.5 w {mark.x_pt:.2f} {mark.y_pt:.2f} m {right:.2f} {mark.y_pt:.2f} l S".encode()
    escaped = mark.text.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)").encode("cp1252")
    place = f"BT /{mark.font} {mark.size_pt:g} Tf {mark.x_pt:.2f} {mark.y_pt:.2f} Td (".encode()
    return place + escaped + b") Tj ET"


def _ballast(size_bytes: int) -> bytes:
    """Bytes that are neither constant nor look like PDF keywords."""
    block = bytes((index * 167 + index // 251) % 251 for index in range(64 * 1024))
    return (block * (size_bytes // len(block) + 1))[:size_bytes]
