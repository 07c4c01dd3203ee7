"""Lines of batches over NATS: how many 1, 2 and 4 nodes answer in a second, of pages that they read and of requests to a
provider that takes its time.

Wants `nats-server` (Debian has it). Server and nodes share this machine, so pages scale only as far as its cores do; a
provider's lines, of which a node mostly waits, show what the queue itself allows.
"""

from __future__ import annotations

import base64
import contextlib
import http.server
import json
import os
import shutil
import socket
import subprocess
import tempfile
import threading
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import server
from report import Row
from settings import Settings

TITLE = "Batches over many nodes"
NODES = (1, 2, 4)
AT_ONCE = 8
PROVIDER_SECONDS = 0.1
PATIENCE_SECONDS = 600
REACH = 0.9
"""Of the lines that a provider of this slowness lets through, at the most nodes."""
PROGRAM = shutil.which("nats-server") or "/usr/sbin/nats-server"
ANSWER = {"id": "a", "object": "chat.completion", "created": 1, "model": "m", "usage": {"prompt_tokens": 1, "completion_tokens": 1},
          "choices": [{"index": 0, "message": {"role": "assistant", "content": "Yes."}, "finish_reason": "stop"}]}


class Slow(http.server.BaseHTTPRequestHandler):
    """A provider that answers after a while."""

    protocol_version = "HTTP/1.1"
    # Head and body are two writes, and the second would wait for the first to be acknowledged: 40 ms.
    disable_nagle_algorithm = True

    def do_POST(self) -> None:
        """Answers."""
        self.rfile.read(int(self.headers["Content-Length"]))
        time.sleep(PROVIDER_SECONDS)
        body = json.dumps(ANSWER).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Nothing is logged."""


class Provider(http.server.ThreadingHTTPServer):
    """As many at once as there are."""

    daemon_threads = True
    request_queue_size = 256


@contextlib.contextmanager
def process(arguments: list[str], environment: dict[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    """A process that is ended at the end."""
    started = subprocess.Popen(arguments, env=environment, cwd=server.ROOT, stdin=subprocess.DEVNULL,
                               stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        yield started
    finally:
        started.terminate()
        try:
            started.wait(timeout=20)
        except subprocess.TimeoutExpired:
            started.kill()
            started.wait()


def free_port() -> int:
    """A port that was free a moment ago."""
    with socket.socket() as probe:
        probe.bind((server.HOST, 0))
        port: int = probe.getsockname()[1]
        return port


def await_port(port: int) -> None:
    """Until something listens."""
    end = time.monotonic() + 60
    while time.monotonic() < end:
        with contextlib.suppress(OSError), socket.create_connection((server.HOST, port), timeout=1):
            return
        time.sleep(0.02)
    raise SystemExit(f"nothing listens at port {port}")


@contextlib.contextmanager
def staged(settings: Settings, nodes: int, provider: int) -> Iterator[str]:
    """A broker, a server and so many nodes; the server's address."""
    with tempfile.TemporaryDirectory() as folder, contextlib.ExitStack() as stack:
        broker, port = free_port(), free_port()
        config = Path(folder) / "mediary.toml"
        config.write_text(f'[[providers]]\nid = "slow"\ndialect = "openai"\nbase_url = "http://{server.HOST}:{provider}/v1"\n'
                          'api_keys = ["none"]\nmodels = [{ id = "m" }]\n', encoding="utf-8")
        kept = {name: value for name, value in os.environ.items()
                if not name.startswith("MEDIARY_") or name == "MEDIARY_HOME"}
        ours = {"MEDIARY_QUEUE__URL": f"nats://{server.HOST}:{broker}", "MEDIARY_CACHE__BYTES": "0",
                "MEDIARY_SERVER__PORT": str(port), "MEDIARY_LOG": "error"}
        store = {"MEDIARY_STORE__DIR": str(Path(folder) / "store")}
        stack.enter_context(process([PROGRAM, "--addr", server.HOST, "--port", str(broker), "--jetstream", "--store_dir",
                                     str(Path(folder) / "nats")], kept))
        await_port(broker)
        mediary = [str(settings.executable), "--config", str(config)]
        stack.enter_context(process([*mediary, "serve"], {**kept, **ours, **store}))
        await_port(port)
        for _ in range(nodes):
            stack.enter_context(process([*mediary, "node", "--at-once", str(AT_ONCE)], {**kept, **ours}))
        yield f"http://{server.HOST}:{port}"


def asked(address: str, path: str, body: server.Body | None = None) -> dict:
    """A JSON answer."""
    headers = {} if body is None else {"Content-Type": body.content_type}
    request = urllib.request.Request(address + path, None if body is None else body.data, headers)
    with urllib.request.urlopen(request, timeout=PATIENCE_SECONDS) as answer:
        return json.load(answer)


def per_second(address: str, endpoint: str, bodies: list[dict]) -> float:
    """How many lines of a batch are answered in a second, from when it is made to its end."""
    lines = "".join(json.dumps({"custom_id": str(number), "method": "POST", "url": endpoint, "body": body}) + "\n"
                    for number, body in enumerate(bodies))
    file = asked(address, "/v1/files", server.multipart(lines.encode(), "lines.jsonl", "application/jsonl",
                                                        {"purpose": "batch"}))
    wish = {"input_file_id": file["id"], "endpoint": endpoint, "completion_window": "24h"}
    begin = time.perf_counter()
    batch = asked(address, "/v1/batches", server.Body("application/json", json.dumps(wish).encode()))
    while batch["status"] not in ("completed", "failed", "expired", "cancelled"):
        if time.perf_counter() - begin > PATIENCE_SECONDS:
            raise SystemExit(f"the batch does not end: {batch}")
        time.sleep(0.02)
        batch = asked(address, f"/v1/batches/{batch['id']}")
    seconds = time.perf_counter() - begin
    if batch["request_counts"]["completed"] != len(bodies):
        raise SystemExit(f"not all lines were answered: {batch}")
    return len(bodies) / seconds


def measure(settings: Settings) -> list[Row]:
    """Both kinds of lines, with each number of nodes."""
    page = base64.b64encode((server.ROOT / "samples" / "receipt.jpg").read_bytes()).decode()
    document = {"type": "image_url", "image_url": f"data:image/jpeg;base64,{page}"}
    reading = {"model": "local/paddleocr:fast", "document": document}
    chat = {"model": "slow/m", "messages": [{"role": "user", "content": "Is it?"}]}
    pages, chats = settings.count(200, 20), settings.count(3_000, 200)
    rows = []
    with Provider((server.HOST, 0), Slow) as provider:
        threading.Thread(target=provider.serve_forever, daemon=True).start()
        for nodes in NODES:
            with staged(settings, nodes, provider.server_address[1]) as address:
                # Engines are loaded by the first of their pages.
                per_second(address, "/v1/ocr", [reading] * AT_ONCE * nodes)
                read = per_second(address, "/v1/ocr", [reading] * pages)
                answered = per_second(address, "/v1/chat/completions", [chat] * chats)
            most = nodes * AT_ONCE / PROVIDER_SECONDS
            few = "1 node" if nodes == 1 else f"{nodes} nodes"
            rows.append(Row(f"{few}: pages read, of one line each", f"{read:.1f}/s"))
            rows.append(Row(f"{few}: lines of a provider that takes {PROVIDER_SECONDS * 1e3:.0f} ms, {AT_ONCE} at once",
                            f"{answered:.0f}/s", ratio=f"{answered / most:.2f} of {most:.0f}/s",
                            reach=f"≥ {REACH:g}" if nodes == NODES[-1] else "",
                            met=answered >= REACH * most if nodes == NODES[-1] else None))
        provider.shutdown()
    return rows
