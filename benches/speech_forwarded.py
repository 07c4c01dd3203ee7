"""A recording of 25 MB that a remote target transcribes: what Mediary holds of it, and what it adds to the time. Called by
`part_speech.py`."""

from __future__ import annotations

import http.client
import json
import random
import threading
import time
import wave
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import memory
import server
from report import Findings, Row, Spread
from settings import Settings

BYTES = 25_000_000
RATE_HZ = 44_100
SAMPLE_SECONDS = 0.005
SETTLE_SECONDS = 1.0
REACH_RISE_MIB = 16
REACH_RATIO = 2.0
PATH = "/v1/audio/transcriptions"


class Upstream(BaseHTTPRequestHandler):
    """Takes an upload and says that nothing much was said."""

    protocol_version = "HTTP/1.1"
    # Else an answer in two parts waits for the system of its reader, forty milliseconds on a connection that was used before.
    disable_nagle_algorithm = True

    def do_POST(self) -> None:
        """Reads all of the body, whatever way it is sent."""
        if "chunked" in self.headers.get("Transfer-Encoding", ""):
            while size := int(self.rfile.readline().split(b";")[0], 16):
                self.rfile.read(size + 2)
            self.rfile.readline()
        else:
            left = int(self.headers["Content-Length"])
            while left > 0:
                left -= len(self.rfile.read(min(left, 1 << 20)))
        answer = json.dumps({"text": "Nothing much."}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_: object) -> None:
        """Nothing."""


@contextmanager
def upstream() -> Iterator[int]:
    """Its port."""
    serving = ThreadingHTTPServer((server.HOST, 0), Upstream)
    thread = threading.Thread(target=serving.serve_forever)
    thread.start()
    try:
        yield serving.server_address[1]
    finally:
        serving.shutdown()
        thread.join()


def recording(path: Path) -> bytes:
    """Noise, which is heard as sound by whoever looks."""
    with wave.open(str(path), "wb") as made:
        made.setnchannels(2)
        made.setsampwidth(2)
        made.setframerate(RATE_HZ)
        made.writeframes(random.Random(3).randbytes(BYTES))
    return path.read_bytes()


def _post(port: int, body: server.Body) -> float:
    begin = time.perf_counter()
    connection = http.client.HTTPConnection(server.HOST, port, timeout=server.ANSWER_LIMIT_SECONDS)
    connection.request("POST", PATH, body.data, {"Content-Type": body.content_type})
    response = connection.getresponse()
    told = response.read()
    connection.close()
    if response.status != 200:
        raise server.ServerUnavailable(f"status {response.status}: {told[:300].decode(errors='replace')}")
    return time.perf_counter() - begin


def forwarded(settings: Settings, _: server.Server) -> Findings:
    """Straight to the target and through Mediary, in turns."""
    sound = recording(settings.work_folder / "forwarded.wav")
    config = settings.work_folder / "forwarded.toml"
    with upstream() as port:
        config.write_text(
            f'[[providers]]\nid = "stand-in"\ndialect = "openai"\nbase_url = "http://{server.HOST}:{port}/v1"\n'
            'api_keys = ["none"]\nmodels = [{ id = "hears", tasks = ["transcription"], accepts = ["audio"] }]\n')
        body = server.multipart(sound, "noise.wav", "audio/wav", {"model": "stand-in/hears"})
        small = server.multipart(sound[:100_000], "noise.wav", "audio/wav", {"model": "stand-in/hears"})
        with server.running(settings.executable, config=config) as mediary:
            mediary.await_health()
            _post(mediary.port, small)
            time.sleep(SETTLE_SECONDS)
            pid = mediary.process.pid
            rest = memory.rss_bytes(memory.tree(pid))
            with memory.Peak(pid, SAMPLE_SECONDS) as watched:
                _post(mediary.port, body)
            rise = (watched.rss_bytes - rest) / memory.MIB
            pairs = [(_post(port, body), _post(mediary.port, body)) for _ in range(settings.count(9, quick=3))]
    direct, through = Spread.of(one for one, _ in pairs), Spread.of(other for _, other in pairs)
    added = Spread.of(other - one for one, other in pairs)
    ratio = added.median / direct.median
    return Findings([
        Row("forwarded upload of 25 MB: rise over idle", f"{rise:.0f} MiB", reach=f"≤ {REACH_RISE_MIB} MiB",
            met=rise <= REACH_RISE_MIB),
        Row("forwarded upload of 25 MB: time, and what Mediary adds to a loopback copy", through.seconds(),
            direct.seconds(), f"{ratio:.2f}", f"≤ {REACH_RATIO:g} × added", ratio <= REACH_RATIO),
    ])
