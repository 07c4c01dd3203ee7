"""How long threads take to search and to write as notes: python3 benches/threads_cost.py PROGRAM [THREADS] [NOTES].

A server with a provider on loopback that answers at once is filled with THREADS threads (10,000) of a turn each, out of words that
are as rare and as common as those of a language. Then it is searched by one word, by several, and by the beginning of a word, and by
meaning where `local/e5-small` is installed, and the first NOTES (1,000) of a second key are written into a vault of Obsidian
twice. Prints medians. Any build will do; a release build tells what users get.
"""

from __future__ import annotations

import http.client
import json
import os
import random
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

PATIENCE_SECONDS = 120
REPEATS = 25
WORKERS = 8
SYLLABLES = ["ba", "ne", "ti", "ro", "lu", "ka", "me", "so", "vi", "da", "po", "ge", "ri", "mu", "fa", "li"]
CHANCE = random.Random(7)
WORDS = ["".join(CHANCE.choice(SYLLABLES) for _ in range(CHANCE.randint(2, 5))) for _ in range(20_000)]


def text(words: int) -> str:
    """Words of which few are common and most are rare."""
    return " ".join(WORDS[min(int(CHANCE.paretovariate(0.6)) - 1, len(WORDS) - 1)] for _ in range(words))


class Provider(BaseHTTPRequestHandler):
    """Answers every chat at once."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["content-length"]))
        answer = {
            "id": "a", "object": "chat.completion", "created": 1, "model": "m",
            "choices": [{"index": 0, "message": {"role": "assistant", "content": text(60)}, "finish_reason": "stop"}],
            "usage": {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2},
        }  # fmt: skip
        body = json.dumps(answer).encode()
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


class Client:
    """One connection to the server."""

    def __init__(self, port: int, key: str) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE_SECONDS)
        self.headers = {"x-api-key": key, "content-type": "application/json"}

    def ask(self, method: str, path: str, body: dict | None = None) -> tuple[int, dict]:
        self.connection.request(method, path, None if body is None else json.dumps(body), self.headers)
        answer = self.connection.getresponse()
        return answer.status, json.loads(answer.read() or b"{}")


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def fill(port: int, key: str, count: int) -> None:
    """Has so many conversations answered."""
    local = threading.local()

    def one(number: int) -> None:
        if not hasattr(local, "client"):
            local.client = Client(port, key)
        messages = [{"role": "user", "content": text(25)}]
        status, answer = local.client.ask("POST", "/v1/chat/completions", {"model": "m", "thread_id": f"t{number}", "messages": messages})
        if status != 200:
            raise SystemExit(f"a chat is refused: {answer}")

    with ThreadPoolExecutor(WORKERS) as pool:
        for _ in pool.map(one, range(count)):
            pass


def median(what: str, times: list[float], note: str = "") -> None:
    print(f"{what:48} {statistics.median(times) * 1000:8.1f} ms  (worst {max(times) * 1000:.1f}) {note}")


def main() -> None:
    program = sys.argv[1]
    count = int(sys.argv[2]) if len(sys.argv) > 2 else 10_000
    notes = int(sys.argv[3]) if len(sys.argv) > 3 else 1_000
    provider = ThreadingHTTPServer(("127.0.0.1", 0), Provider)
    threading.Thread(target=provider.serve_forever, daemon=True).start()
    with tempfile.TemporaryDirectory() as folder:
        vault = Path(folder, "vault")
        vault.mkdir()
        meaning = os.environ.get("MEANING", "true")
        Path(folder, "mediary.toml").write_text(
            f"""
store.dir = "{folder}/store"
content.dir = "{folder}/content"
server.api_keys = ["one", "two"]
threads.meaning = {meaning}
obsidian.vault = "{vault}"
[[providers]]
id = "bench"
dialect = "openai"
base_url = "http://127.0.0.1:{provider.server_address[1]}/v1"
api_keys = ["sk-bench-0123456789"]
models = [{{ id = "m" }}]
"""
        )
        port = free_port()
        log = Path(folder, "log").open("w")
        server = subprocess.Popen(
            [program, "--config", f"{folder}/mediary.toml", "serve", "--port", str(port)], stdout=log, stderr=log
        )
        try:
            began = time.monotonic()
            while True:
                try:
                    Client(port, "one").ask("GET", "/livez")
                    break
                except OSError:
                    if time.monotonic() - began > PATIENCE_SECONDS or server.poll() is not None:
                        raise SystemExit(Path(folder, "log").read_text()) from None
                    time.sleep(0.1)
            began = time.monotonic()
            fill(port, "one", count)
            print(f"{count} threads kept in {time.monotonic() - began:.0f} s")
            client = Client(port, "one")
            common, rare = WORDS[0], WORDS[-5:]
            questions = {
                "a common word": [common] * REPEATS,
                "a rare word": CHANCE.sample(WORDS[2_000:], REPEATS),
                "three words": [text(3) for _ in range(REPEATS)],
                "the beginning of a word": [word[:3] for word in CHANCE.sample(WORDS, REPEATS)],
                "a rare word beside a common one": [f"{common} {CHANCE.choice(rare)}" for _ in range(REPEATS)],
            }
            modes = ["text"]
            status, answer = client.ask("GET", "/v1/threads?query=x&mode=meaning&limit=100")
            if status == 200:
                modes += ["meaning", "both"]
            else:
                print("by meaning: not measured,", answer.get("error", {}).get("code"))
            for mode in modes:
                for name, all_of_them in questions.items():
                    times = []
                    for question in all_of_them:
                        query = urllib.parse.urlencode({"query": question, "mode": mode})
                        begun = time.perf_counter()
                        status, answer = client.ask("GET", f"/v1/threads?{query}")
                        times.append(time.perf_counter() - begun)
                        if status != 200:
                            raise SystemExit(f"a search is refused: {answer}")
                    median(f"search ({mode}): {name}", times)
            times = []
            for _ in range(REPEATS):
                begun = time.perf_counter()
                client.ask("GET", "/v1/threads?limit=100")
                times.append(time.perf_counter() - begun)
            median("the list of the last hundred", times)
            fill(port, "two", notes)
            second = Client(port, "two")
            for which in ("first", "second"):
                begun = time.perf_counter()
                status, report = second.ask("POST", "/v1/sync/obsidian", {})
                took = time.perf_counter() - begun
                print(f"{which} sync of {notes} threads: {took:.2f} s, {report.get('written')} files written, "
                      f"{report.get('unchanged')} unchanged, {report.get('failed')} failed")
        finally:
            server.terminate()
            server.wait(PATIENCE_SECONDS)
            log.close()
    provider.shutdown()


main()
