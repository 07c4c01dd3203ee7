"""A server that has a lot to read: one scan of a hundred pages, and eight clients that send page after page.

Processor time is that of the server and all its children, those that have ended included.
"""

from __future__ import annotations

import os
import statistics
import threading
import time

import memory
import pages
import pdfwriter
import process_cost
import providers
import server
from report import Row
from settings import Settings

TITLE = "Scans under load"
SCAN_PAGES = 100
CLIENTS = 8
SECONDS = 60
SAMPLE_SECONDS = 0.05
REACH_BUSY = 0.9
REACH_FAIR = 0.5
REACH_MIB = {"cpu": 600, "openvino": 900}
FIELDS = {"engine": "local/paddleocr:fast", "output": "text"}


def measure(settings: Settings) -> list[Row]:
    """Both, once for each execution provider."""
    sheets = pages.make_pages(12)
    count = settings.count(SCAN_PAGES, quick=24)
    scan = pdfwriter.image_pdf((sheets[index % len(sheets)].jpeg for index in range(count)), pages.DPI)
    whole = server.multipart(scan, "scan.pdf", "application/pdf", FIELDS)
    single = [server.multipart(sheet.pdf(), "page.pdf", "application/pdf", FIELDS) for sheet in sheets]
    seconds = settings.count(SECONDS, quick=15)

    def watch(provider: str, mediary: server.Server) -> list[Row]:
        with memory.Peak(mediary.process.pid, SAMPLE_SECONDS) as peak:
            spent, wall = _busy(mediary, whole)
            rates = _clients(mediary, single, seconds)
        busy = spent / wall / (os.cpu_count() or 1)
        fair = min(rates) / statistics.fmean(rates)
        return [
            Row(f"scan of {count} pages, provider {provider}: processor time over the wall time of all cores",
                f"{busy:.2f} ({wall:.1f} s)", reach=f"≥ {REACH_BUSY}", met=busy >= REACH_BUSY),
            Row(f"{CLIENTS} clients with a page each, provider {provider}: the slowest beside the mean",
                f"{fair:.2f} ({sum(rates):.2f} pages a second in all)", reach=f"≥ {REACH_FAIR}", met=fair >= REACH_FAIR),
            Row(f"resident meanwhile, provider {provider}", f"{peak.rss_bytes / memory.MIB:.0f} MiB",
                reach=f"≤ {REACH_MIB[provider]} MiB", met=peak.rss_bytes <= REACH_MIB[provider] * memory.MIB),
        ]

    return providers.each(settings, single[0], watch)


def _busy(mediary: server.Server, body: server.Body) -> tuple[float, float]:
    """Seconds of processor time for one document, and seconds on the clock."""
    before = process_cost.spent_seconds(mediary.process.pid)
    wall = mediary.read(body).seconds
    return process_cost.spent_seconds(mediary.process.pid) - before, wall


def _clients(mediary: server.Server, bodies: list[server.Body], seconds: float) -> list[float]:
    """Pages a second of each client, each of which asks for its next page when it has the last."""
    end = time.monotonic() + seconds
    rates = [0.0] * CLIENTS

    def loop(client: int) -> None:
        read, begin = 0, time.monotonic()
        while time.monotonic() < end:
            mediary.read(bodies[(client + read) % len(bodies)])
            read += 1
        rates[client] = read / (time.monotonic() - begin)

    threads = [threading.Thread(target=loop, args=(client,)) for client in range(CLIENTS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return rates
