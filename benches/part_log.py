"""What keys of clients, budgets and the request log cost: latency, memory, room on the disk, what a kill loses, and how
long a list over a million rows takes.
"""

from __future__ import annotations

import http.client
import json
import random
import shutil
import threading
import time
from pathlib import Path

import gateway_load
import gateway_packages
import logged
import memory
from contenders import HOST, Contender
from gateway_load import Bodies
from logged import Mediary
from report import Findings, Row, Spread
from settings import Settings

TITLE = "Keys, budgets and the request log"
CONNECTIONS = 8
MEGABYTE = 1_000_000
REACH_ADDED_RATIO = 1.10
REACH_REST_MB = 40
REACH_RISE = 1.15
"""How far memory may have risen between a tenth of the requests and all of them."""
REACH_GROWTH = 1.2
"""How much more a row may take of the disk at the end than after a tenth."""
REACH_LIST_MS = 300
REACH_LOST_SECONDS = 1.0
SETTLE_SECONDS = 2.0


def measure(settings: Settings) -> Findings:
    """All of it, each with servers and databases of its own."""
    folder = settings.work_folder / "log"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    bodies = Bodies.written(folder)
    try:
        with logged.provider(folder) as upstream:
            rows = [*_latency(settings, folder, upstream.base_url, upstream.contender, bodies),
                    *_volume(settings, folder, upstream.base_url, bodies),
                    *_killed(settings, folder, upstream.base_url, bodies)]
    except gateway_packages.Unavailable as reason:
        raise SystemExit(str(reason)) from reason
    finally:
        shutil.rmtree(folder / "volume", ignore_errors=True)
    rows += _lists(settings, folder)
    shutil.rmtree(folder, ignore_errors=True)
    return Findings(rows)


def _latency(settings: Settings, folder: Path, base_url: str, direct: Contender, bodies: Bodies) -> list[Row]:
    """Small chats, one at a time, in turns."""
    plain, full = (Mediary(settings.executable, folder / name, base_url, name == "full") for name in ("plain", "full"))
    full.make_keys()
    try:
        both = [plain.start(), full.start()]
        time.sleep(SETTLE_SECONDS)
        assert full.process is not None
        rest = memory.rss_bytes(memory.tree(full.process.pid)) / MEGABYTE
        added: list[list[float]] = [[], []]
        for number in range(settings.count(30, quick=3)):
            own = _p50(direct, bodies)
            for which in (0, 1) if number % 2 == 0 else (1, 0):
                added[which].append(_p50(both[which], bodies) - own)
    finally:
        plain.stop()
        full.stop()
    ratio = Spread.of(high / max(low, 1e-9) for low, high in zip(*added, strict=True))
    without, with_all = (Spread.of(numbers).median for numbers in added)
    return [
        Row("resident memory at rest, with keys, budgets and the log", f"{rest:.1f} MB", reach=f"≤ {REACH_REST_MB} MB",
            met=rest <= REACH_REST_MB),
        Row("added latency of a small chat with all of it, median", f"{with_all:.0f} µs", f"{without:.0f} µs (without)",
            ratio.plain(), f"≤ {REACH_ADDED_RATIO:g} × without", ratio.median <= REACH_ADDED_RATIO),
    ]


def _p50(to: Contender, bodies: Bodies) -> float:
    found: float = gateway_load.chat(to, bodies.chat, warmup=30, requests=2_000, seconds=0.5)["times"]["p50_us"]
    return found


def _volume(settings: Settings, folder: Path, base_url: str, bodies: Bodies) -> list[Row]:
    """Many requests at full speed: is every one in the log, and do memory and file stay as they should?"""
    total = settings.count(100_000, quick=2_000)
    mediary = Mediary(settings.executable, folder / "volume", base_url, True)
    mediary.make_keys()
    to = mediary.start()
    try:
        resident, sizes, asked = [], [mediary.file_bytes()], 0
        began = time.perf_counter()
        for _ in range(10):
            done = gateway_load.chat(to, bodies.chat, connections=CONNECTIONS, requests=total // 10, seconds=280)
            asked += done["requests"]
            # Rows are written a moment after their answers.
            time.sleep(0.5)
            assert mediary.process is not None
            resident.append(memory.rss_bytes(memory.tree(mediary.process.pid)))
            sizes.append(mediary.file_bytes())
        seconds = time.perf_counter() - began
        time.sleep(SETTLE_SECONDS)
        dropped = mediary.ask("/api/admin/health")["rows_dropped"]
        rows, end = mediary.rows(), mediary.file_bytes()
    finally:
        mediary.stop()
    rise, growth = resident[-1] / resident[0], (end - sizes[1]) / max(rows - rows // 10, 1)
    first = (sizes[1] - sizes[0]) / max(rows // 10, 1)
    return [
        Row(f"{asked} requests at full speed ({asked / seconds:.0f} a second): rows in the log",
            f"{rows} ({dropped} counted as lost)", reach="all of them", met=rows == asked and dropped == 0),
        Row("memory after all of them, over that after a tenth", f"{resident[-1] / MEGABYTE:.1f} MB", ratio=f"{rise:.2f}",
            reach=f"≤ {REACH_RISE:g} ×", met=rise <= REACH_RISE),
        Row("disk for a row, indexes included", f"{growth:.0f} bytes", f"{first:.0f} bytes (first tenth)",
            reach=f"≤ {REACH_GROWTH:g} × the first tenth's", met=growth <= REACH_GROWTH * max(first, 1)),
    ]


class _Client(threading.Thread):
    """Asks one chat after the other until the server is gone, and adds up what it was told that they cost."""

    def __init__(self, to: Contender, body: bytes) -> None:
        super().__init__()
        self.to, self.body = to, body
        self.usd = 0.0
        self.ended: list[float] = []

    def run(self) -> None:
        """Until the connection breaks."""
        connection = http.client.HTTPConnection(HOST, self.to.port, timeout=30)
        headers = {"content-type": "application/json", **self.to.headers}
        while True:
            try:
                connection.request("POST", "/v1/chat/completions", self.body, headers)
                answer = connection.getresponse()
                answer.read()
            except (OSError, http.client.HTTPException):
                return
            if answer.status == 200:
                self.usd += float(answer.headers["x-mediary-cost-usd"])
                self.ended.append(time.time())


def _killed(settings: Settings, folder: Path, base_url: str, bodies: Bodies) -> list[Row]:
    """Kills in the middle of it: what was answered is in the budget, and the log has all but the last second."""
    mediary = Mediary(settings.executable, folder / "killed", base_url, True)
    mediary.make_keys()
    chance = random.Random(9)
    told = most = 0.0
    answered = before = 0
    for _ in range(settings.count(20, quick=3)):
        to = mediary.start()
        clients = [_Client(to, bodies.chat.read_bytes()) for _ in range(4)]
        for client in clients:
            client.start()
        time.sleep(chance.uniform(0.5, 1.5))
        mediary.kill()
        killed = time.time()
        for client in clients:
            client.join()
            told += client.usd
            most = max([most, *([client.usd / len(client.ended)] if client.ended else [])])
            answered += len(client.ended)
            before += sum(at <= killed - REACH_LOST_SECONDS for at in client.ended)
    # It goes on once more, which brings back what was written ahead.
    mediary.start()
    mediary.stop()
    spent, rows = mediary.spent_usd(), mediary.rows()
    kills = settings.count(20, quick=3)
    # At each kill four calls may have been under way: what they reserved or cost may stand in the budget as well.
    fits = told - 1e-9 <= spent <= told + kills * 4 * max(most, 0.01)
    return [
        Row(f"budget after {kills} kills", f"{spent:.6f} USD", f"{told:.6f} USD (answered)",
            reach="what was answered, and at most the calls under way", met=fits),
        Row(f"rows of the log after {kills} kills", f"{rows} of {answered}",
            reach=f"all but the last {REACH_LOST_SECONDS:g} s before each kill", met=rows >= before),
    ]


def _lists(settings: Settings, folder: Path) -> list[Row]:
    """The first page, each filter and each sum over many rows."""
    count = settings.count(1_000_000, quick=20_000)
    mediary = Mediary(settings.executable, folder / "lists", "http://127.0.0.1:9/v1", True)
    mediary.make_keys()
    mediary.start()
    mediary.stop()
    logged.fill(mediary.store / "mediary.db", count)
    mediary.start()
    asked = {"first page": "requests", "500 rows": "requests?limit=500", "client": "requests?client=ck_000000000007",
             "client that is not there": "requests?client=nothing", "provider": "requests?provider=provider-3",
             "model": "requests?model=model-17", "task": "requests?task=embedding", "status": "requests?status=429",
             "failed": "requests?status=failed", "endpoint": "requests?endpoint=/v1/chat/completions",
             "a day": f"requests?until={int(time.time() * 1000) - 86_400_000 * 9}",
             "client and status": "requests?client=ck_000000000007&status=503"}
    for by in ("hour", "day", "client", "provider", "model", "task", "status"):
        asked[f"sums by {by}"] = f"usage?by={by}&offset_minutes=330"
    try:
        times = {name: _ask_ms(mediary, path, settings.count(7, quick=2)) for name, path in asked.items()}
    finally:
        mediary.stop()
    slowest = max(times, key=lambda name: times[name].median)
    rest = ", ".join(f"{name} {spread.median:.0f}" for name, spread in times.items())
    return [Row(f"lists and sums over {count:,} rows, the slowest: {slowest}", f"{times[slowest].median:.0f} ms",
                f"in ms: {rest}", reach=f"≤ {REACH_LIST_MS} ms each", met=times[slowest].median <= REACH_LIST_MS)]


def _ask_ms(mediary: Mediary, path: str, times: int) -> Spread:
    taken = []
    for _ in range(times):
        begin = time.perf_counter()
        json.dumps(mediary.ask(f"/api/admin/{path}"))
        taken.append((time.perf_counter() - begin) * 1e3)
    return Spread.of(taken)
