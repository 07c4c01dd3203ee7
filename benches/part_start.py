"""Start of the process to the first answered `/health`, and resident memory before any document."""

from __future__ import annotations

import time

import memory
import server
from report import Row, Spread
from settings import Settings

TITLE = "Start and rest"
START_REACH_SECONDS = 0.100
REST_REACH_MIB = 30
SETTLE_SECONDS = 1.0


def measure(settings: Settings) -> list[Row]:
    """Ten starts; memory is read a second after the last of them."""
    seconds = []
    for _ in range(settings.count(10, quick=3)):
        with server.running(settings.executable) as mediary:
            seconds.append(mediary.await_health())
            time.sleep(SETTLE_SECONDS)
            pids = memory.tree(mediary.process.pid)
            rest, shared = memory.rss_bytes(pids), memory.pss_bytes(pids)
    start, rest_mib = Spread.of(seconds), rest / memory.MIB
    pss = "" if shared is None else f", PSS {shared / memory.MIB:.1f} MiB"
    return [
        Row("start to first answered /health", start.seconds(), reach="≤ 100 ms",
            met=start.median <= START_REACH_SECONDS),
        Row(f"resident before the first document, {len(pids)} process(es)", f"{rest_mib:.1f} MiB{pss}",
            reach=f"≤ {REST_REACH_MIB} MiB", met=rest_mib <= REST_REACH_MIB),
    ]
