"""Fifty pictures at once, each 4 MB of base64 from a provider: how far resident memory rises above rest."""

from __future__ import annotations

import base64
import http.client
import http.server
import json
import os
import struct
import tempfile
import threading
import time
import zlib
from pathlib import Path

import memory
import server
from report import Row
from settings import Settings

TITLE = "Fifty pictures at once"
AT_ONCE = 50
SIDE_PIXELS = 1024
PICTURE_BYTES = 3_000_000
SAMPLE_SECONDS = 0.01
SETTLE_SECONDS = 1.0
REACH_MIB = 150


def png(side: int, least_bytes: int) -> bytes:
    """A picture of noise, so that it is as long as it should be."""
    rows = b"".join(b"\x00" + os.urandom(side * 3) for _ in range(side))

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    header = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    file = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows, 1)) + chunk(b"IEND", b"")
    assert len(file) >= least_bytes, len(file)
    return file


class Painter(http.server.ThreadingHTTPServer):
    """A provider that answers every request with the same picture, once all requests are there."""

    daemon_threads = True
    request_queue_size = 2 * AT_ONCE

    def __init__(self, picture: bytes) -> None:
        super().__init__((server.HOST, 0), Answerer)
        self.body = json.dumps({"created": 1, "data": [{"b64_json": base64.b64encode(picture).decode()}]}).encode()
        self.all_there = threading.Barrier(AT_ONCE)


class Answerer(http.server.BaseHTTPRequestHandler):
    """One connection."""

    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:  # noqa: N802  (the name is http.server's)
        """A picture, when everybody waits for one."""
        self.rfile.read(int(self.headers["content-length"]))
        self.server.all_there.wait(timeout=60)
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(self.server.body)))
        self.end_headers()
        self.wfile.write(self.server.body)

    def log_message(self, *_: object) -> None:
        """Nothing is written down."""


def configuration(port: int) -> str:
    """One provider that makes pictures, and no other."""
    return (f'[[providers]]\nid = "painter"\ndialect = "openai"\nbase_url = "http://{server.HOST}:{port}/v1"\n'
            'api_keys = ["none"]\nmodels = [{ id = "m", tasks = ["image_generation"], streaming = false }]\n')


def ask(port: int, lengths: list[int]) -> None:
    """One request; its answer is read and thrown away."""
    connection = http.client.HTTPConnection(server.HOST, port, timeout=120)
    body = json.dumps({"model": "painter/m", "prompt": "noise"})
    connection.request("POST", "/v1/images/generations", body, {"content-type": "application/json"})
    answer = connection.getresponse()
    length = 0
    while piece := answer.read(1 << 16):
        length += len(piece)
    if answer.status == 200:
        lengths.append(length)
    connection.close()


def measure(settings: Settings) -> list[Row]:
    """All of them at once, to a fresh server."""
    picture = png(SIDE_PIXELS, PICTURE_BYTES)
    painter = Painter(picture)
    threading.Thread(target=painter.serve_forever, daemon=True).start()
    with tempfile.TemporaryDirectory() as folder:
        config = Path(folder) / "mediary.toml"
        config.write_text(configuration(painter.server_port), encoding="utf-8")
        with server.running(settings.executable, config=config) as mediary:
            mediary.await_health()
            time.sleep(SETTLE_SECONDS)
            pid = mediary.process.pid
            rest = memory.rss_bytes([pid])
            lengths: list[int] = []
            asking = [threading.Thread(target=ask, args=(mediary.port, lengths)) for _ in range(AT_ONCE)]
            began = time.monotonic()
            with memory.Peak(pid, SAMPLE_SECONDS) as watched:
                for thread in asking:
                    thread.start()
                for thread in asking:
                    thread.join()
            seconds = time.monotonic() - began
    painter.shutdown()
    whole = len(base64.b64encode(picture))
    if len(lengths) != AT_ONCE or min(lengths) < whole:
        raise SystemExit(f"{len(lengths)} of {AT_ONCE} pictures came, the shortest of {min(lengths, default=0)} bytes")
    rise = (watched.root_rss_bytes - rest) / memory.MIB
    return [Row(f"{AT_ONCE} generations of {whole / 1e6:.1f} MB of base64 each, in {seconds:.1f} s: rise above rest",
                f"{rise:.0f} MiB", ratio=f"{rise * memory.MIB / (whole * AT_ONCE):.2f} × all answers",
                reach=f"≤ {REACH_MIB} MiB", met=rise <= REACH_MIB)]
