"""Ten thousand waiting video jobs: how far resident memory rises above rest, and how evenly they are asked about."""

from __future__ import annotations

import http.client
import http.server
import json
import tempfile
import threading
import time
from pathlib import Path

import memory
import server
from report import Row
from settings import Settings

TITLE = "Ten thousand waiting videos"
JOBS = 10_000
CLIENTS = 8
SETTLE_SECONDS = 1.0
WATCHED_SECONDS = 40
SPREAD_AFTER_SECONDS = 20
REACH_MIB = 60
REACH_UNEVENNESS = 1.5


class Studio(http.server.ThreadingHTTPServer):
    """A provider that accepts every job and never finishes one."""

    daemon_threads = True
    request_queue_size = 256

    def __init__(self) -> None:
        super().__init__((server.HOST, 0), Answerer)
        self.lock = threading.Lock()
        self.accepted = 0
        self.polls: list[float] = []


class Answerer(http.server.BaseHTTPRequestHandler):
    """One connection."""

    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:  # noqa: N802  (the name is http.server's)
        """A job is accepted."""
        self.rfile.read(int(self.headers["content-length"]))
        with self.server.lock:
            self.server.accepted += 1
            job = self.server.accepted
        self.tell({"id": f"job-{job}", "status": "queued"})

    def do_GET(self) -> None:  # noqa: N802
        """It is under way."""
        with self.server.lock:
            self.server.polls.append(time.monotonic())
        self.tell({"status": "in_progress", "progress": 10})

    def tell(self, answer: dict[str, object]) -> None:
        """An answer in JSON."""
        body = json.dumps(answer).encode()
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Nothing is written down."""


def configuration(port: int, folder: Path) -> str:
    """One provider that makes videos, and a folder for their jobs."""
    return (f'[store]\ndir = "{folder}/store"\n[content]\ndir = "{folder}/content"\n'
            f'[[providers]]\nid = "studio"\ndialect = "openai"\nbase_url = "http://{server.HOST}:{port}/v1"\n'
            'api_keys = ["none"]\nmodels = [{ id = "m", tasks = ["video_generation"] }]\n')


def ask(port: int, count: int) -> None:
    """So many jobs, one after the other."""
    connection = http.client.HTTPConnection(server.HOST, port, timeout=120)
    body = json.dumps({"model": "studio/m", "prompt": "A red fox in the snow, seen from above. " * 5})
    for _ in range(count):
        connection.request("POST", "/v1/videos", body, {"content-type": "application/json"})
        answer = connection.getresponse()
        told = answer.read()
        if answer.status != 200:
            raise SystemExit(f"a job was refused: {told!r}")
    connection.close()


def unevenness(polls: list[float]) -> float:
    """The busiest second, in multiples of the mean one."""
    first, last = polls[0], polls[-1]
    seconds = [0] * (int(last - first) + 1)
    for at in polls:
        seconds[int(at - first)] += 1
    whole = seconds[:-1]
    return max(whole) / (sum(whole) / len(whole))


def measure(settings: Settings) -> list[Row]:
    """All of them wait at once, at a fresh server."""
    studio = Studio()
    threading.Thread(target=studio.serve_forever, daemon=True).start()
    with tempfile.TemporaryDirectory() as folder:
        config = Path(folder) / "mediary.toml"
        config.write_text(configuration(studio.server_port, Path(folder)), encoding="utf-8")
        with server.running(settings.executable, config=config) as mediary:
            mediary.await_health()
            time.sleep(SETTLE_SECONDS)
            pid = mediary.process.pid
            rest = memory.rss_bytes([pid])
            began = time.monotonic()
            asking = [threading.Thread(target=ask, args=(mediary.port, JOBS // CLIENTS)) for _ in range(CLIENTS)]
            for thread in asking:
                thread.start()
            for thread in asking:
                thread.join()
            while studio.accepted < JOBS:
                time.sleep(0.1)
            seconds = time.monotonic() - began
            time.sleep(SPREAD_AFTER_SECONDS)
            from_here = len(studio.polls)
            time.sleep(WATCHED_SECONDS)
            rise = (memory.rss_bytes([pid]) - rest) / memory.MIB
            polls = sorted(studio.polls[from_here:])
    studio.shutdown()
    if studio.accepted != JOBS:
        raise SystemExit(f"{studio.accepted} submissions for {JOBS} jobs")
    uneven = unevenness(polls)
    return [Row(f"{JOBS} jobs, made and accepted in {seconds:.0f} s: rise above rest", f"{rise:.0f} MiB",
                ratio=f"{rise * memory.MIB / JOBS:.0f} bytes a job", reach=f"≤ {REACH_MIB} MiB", met=rise <= REACH_MIB),
            Row(f"{len(polls) / (polls[-1] - polls[0]):.0f} polls a second: the busiest second", f"{uneven:.2f} × the mean",
                reach=f"≤ {REACH_UNEVENNESS} ×", met=uneven <= REACH_UNEVENNESS)]
