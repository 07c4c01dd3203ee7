"""Providers that fail: how many requests are lost to a few errors at random, how soon an outage is over, and whether a
storm of all faults ever makes an answer that looks complete and is not, or leaves anything behind.
"""

from __future__ import annotations

import http.client
import json
import random
import re
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from tempfile import TemporaryDirectory

import memory
import server
import storm
from report import Row
from settings import Settings

TITLE = "Providers that fail"
# Not this machine's own name, so that cooldowns are those of providers elsewhere.
FAR = "0.0.0.0"
RATE = 100
REQUESTS = 10_000
FAILING = 0.02
OUTAGE_SECONDS = 60
REACH_RECOVERY_SECONDS = 30
STORM_REQUESTS = 5_000
"""With an alternative, and as many without."""
STORM_RATE = 90
REACH_FILES = 4
"""How many more files than before may be open when all is over, beside connections that are kept for the next call."""
SETTLE_SECONDS = 15
LEFT = re.compile(r"^mediary_(admission_in_use|queue_depth)\{(\S+)\} (\d+)$", re.MULTILINE)
IN_FLIGHT = re.compile(r"^mediary_http_requests_in_flight (\d+)$", re.MULTILINE)
ANSWER = json.dumps({
    "id": "x", "object": "chat.completion", "created": 1, "model": "m",
    "choices": [{"index": 0, "message": {"role": "assistant", "content": "Hello"}, "finish_reason": "stop"}],
    "usage": {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2},
}).encode()
QUESTION = json.dumps({"model": "auto", "messages": [{"role": "user", "content": "Hello"}]}).encode()


class Provider:
    """A provider that fails as often as it is told."""

    def __init__(self, failing: float, seed: int) -> None:
        self.failing = failing
        self.calls = 0
        chance, lock = random.Random(seed), threading.Lock()
        provider = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:  # noqa: N802, the name is the library's
                self.rfile.read(int(self.headers["Content-Length"]))
                with lock:
                    provider.calls += 1
                    fails = chance.random() < provider.failing
                body = b'{"error": {"message": "no"}}' if fails else ANSWER
                self.send_response(500 if fails else 200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                pass

        class Quick(ThreadingHTTPServer):
            daemon_threads = True
            request_queue_size = 256

        self.http = Quick(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.http.serve_forever, daemon=True).start()

    def entry(self, name: str) -> str:
        """Its part of a configuration."""
        return (f'[[providers]]\nid = "{name}"\ndialect = "openai"\nauth = "none"\n'
                f'base_url = "http://{FAR}:{self.http.server_port}/v1"\nmodels = [{{ id = "m" }}]\n')


def ask(port: int) -> int:
    """Asks once; the status."""
    connection = http.client.HTTPConnection(server.HOST, port, timeout=60)
    try:
        connection.request("POST", "/v1/chat/completions", QUESTION, {"Content-Type": "application/json"})
        answer = connection.getresponse()
        answer.read()
        return answer.status
    except OSError:
        return 0
    finally:
        connection.close()


def at_rate(port: int, count: int, pool: ThreadPoolExecutor) -> list[int]:
    """So many requests at an even rate; their statuses."""
    begun, futures = time.perf_counter(), []
    for index in range(count):
        time.sleep(max(0.0, begun + index / RATE - time.perf_counter()))
        futures.append(pool.submit(ask, port))
    return [future.result() for future in futures]


def errors_at_random(settings: Settings, folder: Path, providers: list[Provider], reach: float) -> Row:
    """How many requests are not answered although each provider answers nearly all."""
    count = settings.count(REQUESTS, quick=500)
    config = folder / "mediary.toml"
    config.write_text("".join(provider.entry(f"p{index}") for index, provider in enumerate(providers)))
    with server.running(settings.executable, config=config) as mediary, ThreadPoolExecutor(600) as pool:
        mediary.await_health()
        lost = sum(status != 200 for status in at_rate(mediary.port, count, pool))
        files = memory.open_files(mediary.process.pid)
    what = "one alternative" if len(providers) > 1 else "no alternative"
    return Row(f"{count} requests at {RATE}/s, {FAILING:.0%} of calls fail, {what}: not answered",
               f"{lost} ({files} files open at the end)", reach=f"≤ {reach * count:.0f}", met=lost <= reach * count)


def after_an_outage(settings: Settings, folder: Path) -> Row:
    """How long after its recovery a provider without an alternative answers under steady requests."""
    provider = Provider(0.0, 3)
    config = folder / "mediary.toml"
    config.write_text(provider.entry("p"))
    with server.running(settings.executable, config=config) as mediary, ThreadPoolExecutor(200) as pool:
        mediary.await_health()
        assert ask(mediary.port) == 200
        provider.failing = 1.0
        until = time.perf_counter() + settings.count(OUTAGE_SECONDS, quick=10)
        while time.perf_counter() < until:
            pool.submit(ask, mediary.port)
            time.sleep(0.1)
        provider.failing, well = 0.0, time.perf_counter()
        while ask(mediary.port) != 200:
            time.sleep(0.02)
        seconds = time.perf_counter() - well
    return Row(f"an outage of {settings.count(OUTAGE_SECONDS, quick=10)} s: answers again after", f"{seconds:.1f} s",
               reach=f"≤ {REACH_RECOVERY_SECONDS} s", met=seconds <= REACH_RECOVERY_SECONDS)


def in_a_storm(settings: Settings, folder: Path, alternatives: int) -> list[Row]:
    """Whether what looks complete is so, and what is left when the storm is over."""
    count = settings.count(STORM_REQUESTS, quick=500)
    providers = [storm.Provider(seed) for seed in range(1, 2 + alternatives)]
    config = folder / "mediary.toml"
    with storm.Loop() as loop:
        loop.begin(providers)
        config.write_text(storm.configuration(providers, FAR))
        with server.running(settings.executable, config=config) as mediary:
            mediary.await_health()
            files = memory.open_files(mediary.process.pid)
            came = loop.rage(mediary.port, alternatives * STORM_REQUESTS, count, STORM_RATE, providers)
            loop.end()
            more, kept, left = _left(mediary, files, {provider.port for provider in providers})
    calls, faults = sum(came.faults.values()), sum(came.faults.values()) - came.faults[storm.WELL]
    outcomes = ", ".join(f"{number} {outcome}" for outcome, number in came.outcomes.most_common() if outcome != "wrong")
    what = f"a storm, {'one' if alternatives else 'no'} alternative"
    for example in came.wrong[:3]:
        print(f"{what}: {example}")
    return [
        Row(f"{what}: of {count} answers look complete and are not",
            f"{came.outcomes['wrong']} ({outcomes}; {faults} of {calls} calls suffered, {came.seconds:.0f} s)",
            reach="0", met=came.outcomes["wrong"] == 0),
        Row("… left behind", f"{more} more files open beside {kept} kept connections, {left or 'no permit, no job'}",
            reach=f"≤ {REACH_FILES} files, nothing else", met=more <= REACH_FILES and not left),
    ]


def _left(mediary: server.Server, files_before: int, ports: set[int]) -> tuple[int, int, str]:
    """What is left once all has had time to go: how many more files are open than before, how many connections are kept
    for the next call to one of these ports, and what else is held.
    """
    until = time.perf_counter() + SETTLE_SECONDS
    while True:
        text = metrics(mediary.port)
        held = [f"{name}{{{labels}}} {taken}" for name, labels, taken in LEFT.findall(text) if taken != "0"]
        # The question itself is one.
        held += [f"{taken} requests in flight" for taken in IN_FLIGHT.findall(text) if int(taken) > 1]
        if "mediary_admission_in_use" not in text:
            held.append("permits are not shown")
        kept = memory.connections_to(mediary.process.pid, ports)
        more = memory.open_files(mediary.process.pid) - files_before - kept
        if (more <= REACH_FILES and not held) or time.perf_counter() > until:
            return more, kept, ", ".join(held)
        time.sleep(0.2)


def metrics(port: int) -> str:
    """What `/metrics` shows."""
    connection = http.client.HTTPConnection(server.HOST, port, timeout=60)
    try:
        connection.request("GET", "/metrics")
        return connection.getresponse().read().decode()
    finally:
        connection.close()


def measure(settings: Settings) -> list[Row]:
    """Errors at random with and without an alternative, an outage, and two storms."""
    with TemporaryDirectory(dir=settings.work_folder) as folder:
        place = Path(folder)
        return [
            errors_at_random(settings, place, [Provider(FAILING, 1), Provider(FAILING, 2)], 0.001),
            errors_at_random(settings, place, [Provider(FAILING, 1)], 0.01),
            after_an_outage(settings, place),
            *in_a_storm(settings, place, 1),
            *in_a_storm(settings, place, 0),
        ]
