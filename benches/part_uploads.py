"""A body of 50 MB: how far resident memory rises above what it was after a small document."""

from __future__ import annotations

import time

import memory
import pdfwriter
import server
from report import Row
from settings import Settings

TITLE = "Upload of 50 MB"
BALLAST_BYTES = 50_000_000
SAMPLE_SECONDS = 0.005
SETTLE_SECONDS = 1.0
REACH_MULTIPART_MIB = 16
REACH_JSON_RATIO = 3.0
PDF = "application/pdf"
FIELDS = {"engine": "local/paddleocr:fast", "output": "text"}
LINE = "One line of text, and fifty million bytes that no page refers to."


def document(ballast_bytes: int) -> bytes:
    """A born-digital page with ballast."""
    return pdfwriter.text_pdf([[pdfwriter.TextRun(60, 780, LINE)]], ballast_bytes)


def rise(settings: Settings, body: server.Body) -> tuple[float, float]:
    """How far all processes together, and the server's own, rise above rest, in MiB."""
    small = server.multipart(document(0), "small.pdf", PDF, FIELDS)
    with server.running(settings.executable) as mediary:
        mediary.await_health()
        mediary.read(small)
        time.sleep(SETTLE_SECONDS)
        pid = mediary.process.pid
        rest, own_rest = memory.rss_bytes(memory.tree(pid)), memory.rss_bytes([pid])
        with memory.Peak(pid, SAMPLE_SECONDS) as watched:
            answer = mediary.read(body)
    if LINE not in answer.content:
        raise SystemExit(f"the large document was read as {answer.content[:200]!r}")
    return (watched.rss_bytes - rest) / memory.MIB, (watched.root_rss_bytes - own_rest) / memory.MIB


def measure(settings: Settings) -> list[Row]:
    """The same file as a form and as JSON, each to a fresh server."""
    large = document(BALLAST_BYTES)
    form = server.multipart(large, "large.pdf", PDF, FIELDS)
    wrapped = server.base64_json(large, PDF, FIELDS)
    form_rise, form_own = rise(settings, form)
    json_rise, json_own = rise(settings, wrapped)
    json_mib = len(wrapped.data) / memory.MIB
    return [
        Row(f"multipart, {len(form.data) / memory.MIB:.0f} MiB: rise of all processes (of the server's own)",
            f"{form_rise:.0f} MiB ({form_own:.0f})", ratio=f"{form_rise * memory.MIB / len(form.data):.2f} × body",
            reach=f"buffers only: ≤ {REACH_MULTIPART_MIB} MiB", met=form_rise <= REACH_MULTIPART_MIB),
        Row(f"JSON base64, {json_mib:.0f} MiB: rise of all processes (of the server's own)",
            f"{json_rise:.0f} MiB ({json_own:.0f})", ratio=f"{json_rise / json_mib:.2f} × body",
            reach=f"≤ {REACH_JSON_RATIO:g} × body", met=json_rise <= REACH_JSON_RATIO * json_mib),
    ]
