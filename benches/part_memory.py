"""Resident memory of all of the server's processes while reading A4 after A4, and over many pages."""

from __future__ import annotations

import contextlib
import io
import itertools
import statistics
from collections import deque

import memory
import pages
import providers
import server
from report import Row
from settings import Settings

TITLE = "Memory while reading"
REACH_PEAK_MIB = {"cpu": 600, "openvino": 1000}
REACH_GROWTH_MIB = 20
REACH_SIZES_MIB = 50
EARLY_SIZES = 50
SAMPLE_SECONDS = 0.05
SMOOTHED_PAGES = 10
SHORT_BLOCKS = 6
FIELDS = {"engine": "local/paddleocr:fast", "output": "text"}


def bodies(count: int, blocks: int | None = None) -> list[server.Body]:
    """Scanned pages as requests; `blocks` keeps only the first so many blocks of each text."""
    made = (pages.make_page(index, blocks=blocks) for index in range(count))
    return [server.multipart(page.pdf(), "page.pdf", "application/pdf", FIELDS) for page in made]


def peak(mediary: server.Server, documents: list[server.Body], count: int) -> memory.Peak:
    """The highest memory while `count` documents are read one after the other."""
    with memory.Peak(mediary.process.pid, SAMPLE_SECONDS) as watched:
        for body in itertools.islice(itertools.cycle(documents), count):
            mediary.read(body)
    return watched


def growth(mediary: server.Server, documents: list[server.Body], early: int, late: int) -> tuple[float, float]:
    """Memory in MiB around page number `early` and around page number `late`."""
    recent: deque[int] = deque(maxlen=SMOOTHED_PAGES)
    early_mib = 0.0
    for number, body in enumerate(itertools.islice(itertools.cycle(documents), late), start=1):
        mediary.read(body)
        recent.append(memory.rss_bytes(memory.tree(mediary.process.pid)))
        if number == early:
            early_mib = statistics.median(recent) / memory.MIB
    return early_mib, statistics.median(recent) / memory.MIB


MIME = {"PNG": "image/png", "PDF": "application/pdf"}


def of_all_sizes(count: int, form: str) -> list[server.Body]:
    """The same words in as many sizes as there are files of a form, `PNG` or `PDF`."""
    page = pages.make_page(0, blocks=SHORT_BLOCKS).picture().convert("L")
    made = []
    for number in range(count):
        # Both sides change, and not together: no shape comes twice.
        width, height = 400 + 37 * number % 1_500, 500 + 53 * number % 1_700
        file = io.BytesIO()
        page.resize((width, height)).save(file, form, resolution=150)
        made.append(server.Body(MIME[form], file.getvalue()))
    return made


def growth_over_sizes(mediary: server.Server, files: list[server.Body]) -> tuple[float, float]:
    """Memory in MiB after the first files, and the most that it was after that."""
    early_mib = most_mib = 0.0
    for number, body in enumerate(files, start=1):
        # Not each can be read that small; what counts is that it was looked at.
        with contextlib.suppress(server.ServerUnavailable):
            mediary.read_raw(body, "/v1/ocr/process?cache=false")
        now_mib = memory.rss_bytes(memory.tree(mediary.process.pid)) / memory.MIB
        if number <= EARLY_SIZES:
            early_mib = max(early_mib, now_mib)
        most_mib = max(most_mib, now_mib)
    return early_mib, most_mib


def measure(settings: Settings) -> list[Row]:
    """All providers, one after the other."""
    full, short = bodies(settings.count(12, quick=3)), bodies(12, blocks=SHORT_BLOCKS)
    count = settings.count(30, quick=6)
    sizes = {"pictures": of_all_sizes(settings.count(1_000, quick=150), "PNG"),
             "PDFs": of_all_sizes(settings.count(500, quick=100), "PDF")}
    early, late = settings.count(100, quick=20), settings.count(500, quick=60)

    def watch(provider: str, mediary: server.Server) -> list[Row]:
        peak_mib = peak(mediary, full, count).rss_bytes / memory.MIB
        shared = memory.pss_bytes(memory.tree(mediary.process.pid))
        pss = "" if shared is None else f"; PSS after it {shared / memory.MIB:.0f} MiB"
        before_mib, after_mib = growth(mediary, short, early, late)
        return [
            Row(f"peak over {count} A4 pages, provider {provider}", f"{peak_mib:.0f} MiB{pss}",
                reach=f"≤ {REACH_PEAK_MIB[provider]} MiB", met=peak_mib <= REACH_PEAK_MIB[provider]),
            Row(f"page {early} to page {late}, provider {provider}", f"{before_mib:.0f} → {after_mib:.0f} MiB",
                reach=f"flat (+{REACH_GROWTH_MIB} MiB)", met=after_mib - before_mib <= REACH_GROWTH_MIB),
            *(over_sizes(provider, mediary, what, files) for what, files in sizes.items()),
        ]

    def over_sizes(provider: str, mediary: server.Server, what: str, files: list[server.Body]) -> Row:
        early_mib, most_mib = growth_over_sizes(mediary, files)
        return Row(f"{len(files)} {what} of {len(files)} sizes, provider {provider}",
                   f"{early_mib:.0f} MiB after {EARLY_SIZES} → at most {most_mib:.0f} MiB",
                   reach=f"flat (+{REACH_SIZES_MIB} MiB)", met=most_mib - early_mib <= REACH_SIZES_MIB)

    return providers.each(settings, short[0], watch)
