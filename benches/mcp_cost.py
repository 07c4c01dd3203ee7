"""What a tool of the Model Context Protocol adds to the request that it makes: python3 benches/mcp_cost.py PROGRAM [CALLS].

A server with a provider on loopback that answers at once is asked the same chat by its route, by the tool over HTTP (one
connection for each way), and by `mediary mcp` over standard input and output, in turns, so that whatever else the machine does
meets all of them alike. Prints medians and the difference. Any build will do; a release build tells what users get.
"""

from __future__ import annotations

import http.client
import json
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

PATIENCE_SECONDS = 60
ANSWER = {
    "id": "a", "object": "chat.completion", "created": 1, "model": "m",
    "choices": [{"index": 0, "message": {"role": "assistant", "content": "Yes."}, "finish_reason": "stop"}],
    "usage": {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2},
}  # fmt: skip
VERSION = "2025-11-25"


class Provider(BaseHTTPRequestHandler):
    """Answers every chat at once."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["content-length"]))
        body = json.dumps(ANSWER).encode()
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def call(prompt: str) -> dict:
    """A call of the tool."""
    arguments = {"prompt": prompt, "model": "bench/m"}
    return {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": "ask_model", "arguments": arguments}}


class Asker:
    """A connection that is kept."""

    def __init__(self, port: int) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port)
        self._connection.connect()
        self._connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def post(self, path: str, body: dict) -> dict:
        headers = {"content-type": "application/json", "accept": "application/json, text/event-stream"}
        self._connection.request("POST", path, json.dumps(body), headers)
        answer = self._connection.getresponse()
        text = answer.read()
        assert answer.status == 200, text
        return json.loads(text)


def main() -> None:
    program, calls = sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 300
    provider = ThreadingHTTPServer(("127.0.0.1", 0), Provider)
    threading.Thread(target=provider.serve_forever, daemon=True).start()
    port = free_port()
    with tempfile.TemporaryDirectory() as folder:
        config = Path(folder) / "mediary.toml"
        config.write_text(
            f'[[providers]]\nid = "bench"\ndialect = "openai"\nbase_url = "http://127.0.0.1:{provider.server_port}/v1"\n'
            'api_keys = ["none"]\nmodels = [{ id = "m" }]\n',
            encoding="utf-8",
        )
        environment = {name: value for name, value in os.environ.items() if not name.endswith("_API_KEY")}
        environment |= {"MEDIARY_HOME": folder, "MEDIARY_REGISTRY__REFRESH_HOURS": "0"}
        serve = [program, "--config", str(config), "serve", "--port", str(port)]
        server = subprocess.Popen(serve, env=environment, stderr=subprocess.DEVNULL)
        try:
            measure(program, port, calls, environment)
        finally:
            server.terminate()
            server.wait()
            provider.shutdown()


def measure(program: str, port: int, calls: int, environment: dict[str, str]) -> None:
    end = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            route, tool = Asker(port), Asker(port)
            break
        except OSError:
            if time.monotonic() > end:
                sys.exit("the server did not start")
            time.sleep(0.05)
    speak = [program, "mcp", "--server", f"http://127.0.0.1:{port}"]
    started = subprocess.Popen(
        speak, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )

    def told(message: dict) -> dict:
        started.stdin.write(json.dumps(message) + "\n")
        started.stdin.flush()
        return json.loads(started.stdout.readline())

    about = {"protocolVersion": VERSION, "capabilities": {}, "clientInfo": {"name": "bench", "version": "1"}}
    told({"jsonrpc": "2.0", "id": 0, "method": "initialize", "params": about})
    started.stdin.write('{"jsonrpc": "2.0", "method": "notifications/initialized"}\n')
    chat = {"model": "bench/m", "messages": [{"role": "user", "content": "Hello"}]}
    ways = {
        "route": lambda: route.post("/v1/chat/completions", chat),
        "tool over HTTP": lambda: tool.post("/mcp", call("Hello")),
        "tool over standard input": lambda: told(call("Hello")),
    }
    taken: dict[str, list[float]] = {way: [] for way in ways}
    for turn in range(calls + 20):
        for way, ask in ways.items():
            begun = time.perf_counter()
            answer = ask()
            milliseconds = (time.perf_counter() - begun) * 1000
            assert "error" not in answer, answer
            # The first turns open connections and warm caches.
            if turn >= 20:
                taken[way].append(milliseconds)
    started.stdin.close()
    started.wait()
    base = statistics.median(taken["route"])
    for way, times in taken.items():
        median, tail = statistics.median(times), sorted(times)[int(len(times) * 0.95)]
        print(f"{way:26} median {median:6.2f} ms, p95 {tail:6.2f} ms, added {median - base:+.2f} ms")


if __name__ == "__main__":
    main()
