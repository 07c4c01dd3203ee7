"""What stands around the gateway for agents: personal data kept back from a provider, and pages opened in a browser.

A provider on loopback answers at once; the same long prompt goes to it under two names, of which one is not to be told personal
data, in turns. Pages are opened and closed in a Chromium of this machine, where there is one, and what is left of it is counted.
"""

from __future__ import annotations

import http.client
import http.server
import json
import shutil
import statistics
import tempfile
import threading
import time
from pathlib import Path

import memory
import server
from report import Row, Spread
from settings import Settings

TITLE = "Tools around the gateway"
PROMPT_BYTES = 100_000
REACH_REDACTION_MS = 5
TABS = 50
PATIENCE_SECONDS = 120
SENTENCE = ("Dear Ms. Field, your order no. 4711 of 2026-11-30 was charged to 4111 1111 1111 1111; write to anna.field@mail.example or "
            "call +49 30 901820 before DE89 3704 0044 0532 0130 00 is debited with 1,204.50 EUR. ")
PAGE = b"<!doctype html><title>A page</title><h1>A page</h1><p>It has a <a href='/next'>link</a> and some words.</p>"
ANSWER = {"id": "a", "object": "chat.completion", "created": 1, "model": "m", "usage": {"prompt_tokens": 1, "completion_tokens": 1},
          "choices": [{"index": 0, "message": {"role": "assistant", "content": "Yes."}, "finish_reason": "stop"}]}


class Site(http.server.BaseHTTPRequestHandler):
    """A provider that answers at once, and a page."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_POST(self) -> None:
        """Answers."""
        self.rfile.read(int(self.headers["Content-Length"]))
        self._say("application/json", json.dumps(ANSWER).encode())

    def do_GET(self) -> None:
        """Shows the page."""
        self._say("text/html", PAGE)

    def _say(self, mime: str, body: bytes) -> None:
        self.send_response(200)
        self.send_header("Content-Type", mime)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Nothing is logged."""


def configured(port: int) -> str:
    """The same provider under two names, and a browser."""
    provider = ('[[providers]]\nid = "{name}"\ndialect = "openai"\nbase_url = "http://{host}:{port}/v1"\n'
                'api_keys = ["none"]\nmodels = [{{ id = "m" }}]\n')
    # Under this address the provider counts as one elsewhere: what stays on this machine is not covered.
    both = "".join(provider.format(name=name, host="0.0.0.0", port=port) for name in ("open", "covered"))
    # A browser that is not used is closed soon, so that what is left of it shows.
    return (f'[redaction]\nproviders = ["covered"]\n[fetch]\nallow = ["127.0.0.0/8"]\n'
            f'[browser]\nsandbox = false\nidle_seconds = 2\n{both}')


class Asker:
    """A connection that is kept."""

    def __init__(self, port: int) -> None:
        self._connection = http.client.HTTPConnection(server.HOST, port, timeout=PATIENCE_SECONDS)

    def post(self, path: str, fields: dict) -> dict:
        """A JSON answer."""
        self._connection.request("POST", path, json.dumps(fields), {"Content-Type": "application/json"})
        answer = self._connection.getresponse()
        said = json.loads(answer.read())
        if answer.status != 200:
            raise SystemExit(f"{path}: {answer.status} {said}")
        return said


def redaction(asker: Asker, count: int) -> Row:
    """What covering a long prompt adds to a request."""
    prompt = (SENTENCE * (PROMPT_BYTES // len(SENTENCE) + 1))[:PROMPT_BYTES]
    took: dict[str, list[float]] = {"open": [], "covered": []}
    for number in range(count + 5):
        for name, list_of_ms in took.items():
            # Of another beginning each, so that nothing is known from before.
            fields = {"model": f"{name}/m", "messages": [{"role": "user", "content": f"{number} {prompt}"}]}
            begin = time.perf_counter()
            asker.post("/v1/chat/completions", fields)
            if number >= 5:
                list_of_ms.append((time.perf_counter() - begin) * 1e3)
    open_ms, covered_ms = (statistics.median(took[name]) for name in ("open", "covered"))
    added = covered_ms - open_ms
    return Row(f"a prompt of {PROMPT_BYTES // 1_000} kB with {PROMPT_BYTES // len(SENTENCE) * 4} values to keep back",
               f"{covered_ms:.1f} ms, {open_ms:.1f} ms without", ratio=f"+{added:.1f} ms", reach=f"≤ +{REACH_REDACTION_MS} ms",
               met=added <= REACH_REDACTION_MS)


def tabs(mediary: server.Server, asker: Asker, page: str, count: int) -> list[Row]:
    """Pages opened and closed, one after the other, and what is left of the browser when it is closed."""
    before = len(memory.tree(mediary.process.pid))
    took = []
    for _ in range(count):
        begin = time.perf_counter()
        tab = asker.post("/v1/browser/open", {"url": page})["tab_id"]
        asker.post("/v1/browser/act", {"tab_id": tab, "action": "close"})
        took.append(time.perf_counter() - begin)
    end = time.monotonic() + PATIENCE_SECONDS
    left = len(memory.tree(mediary.process.pid)) - before
    while left > 0 and time.monotonic() < end:
        time.sleep(0.2)
        left = len(memory.tree(mediary.process.pid)) - before
    return [Row("a page opened, seen and closed in a Chromium of this machine", Spread.of(took).seconds()),
            Row(f"processes that {count} such pages leave", str(left), reach="0", met=left == 0)]


def measure(settings: Settings) -> list[Row]:
    """Both."""
    with http.server.ThreadingHTTPServer((server.HOST, 0), Site) as site, tempfile.TemporaryDirectory() as folder:
        threading.Thread(target=site.serve_forever, daemon=True).start()
        port = site.server_address[1]
        config = Path(folder) / "mediary.toml"
        config.write_text(configured(port), encoding="utf-8")
        with server.running(settings.executable, config=config) as mediary:
            mediary.await_health()
            asker = Asker(mediary.port)
            rows = [redaction(asker, settings.count(60, quick=10))]
            if shutil.which("chromium"):
                rows += tabs(mediary, asker, f"http://{server.HOST}:{port}/", settings.count(TABS, quick=5))
            else:
                rows.append(Row("pages in a browser", "there is no Chromium here"))
        site.shutdown()
    return rows
