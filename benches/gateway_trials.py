"""The trials that all gateways go through, in rounds, taking turns at going first.

Gives bare numbers: a list of one number a round for each measure and gateway. A peer that fails a trial has no number
there, and the reason is kept; where Mediary or the forwarder fails, there is nothing to compare, and the bench ends.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import gateway_load
import memory
import process_cost
from contenders import Contender, Upstream
from gateway_load import Bodies, LoadFailed
from settings import Settings

NEEDED = ("direct", "forwarder", "Mediary")
CONNECTIONS = 8
FIRST_TOKENS = 16
LONG_TOKENS = 20_000
SPACED_TOKENS, SPACED_GAP_US = 400, 5_000
IMAGES = 4
"""So many large images are in flight beside small chats."""


@dataclass
class Trials:
    """The numbers by measure and gateway, and what went wrong."""

    settings: Settings
    upstream: Upstream
    running: list[Contender]
    bodies: Bodies
    numbers: dict[str, dict[str, list[float]]] = field(default_factory=lambda: defaultdict(lambda: defaultdict(list)))
    failures: list[str] = field(default_factory=list)

    def of(self, measure: str, name: str) -> list[float]:
        """One number a round; none where the trial failed."""
        return self.numbers[measure][name]

    def run(self) -> None:
        """All of it: the image comes last, since what it leaves behind would count as memory under load."""
        for number in range(self.settings.count(7, quick=2)):
            self._round(number, self.latency)
            self._round(number, self.first_token)
            self._round(number, self.throughput)
        for number in range(self.settings.count(5, quick=1)):
            self._round(number, self.long_stream)
            self._round(number, self.spaced_stream)
        self._round(0, self.image_memory)
        size = self.bodies.image.stat().st_size
        for number in range(self.settings.count(5, quick=1)):
            self.of("copy_us", "loopback").append(gateway_load.copy_twice_us(size, self.settings.count(10, quick=3)))
            self._round(number, self.image_time)
        for number in range(self.settings.count(5, quick=1)):
            self._round(number, self.beside_images)

    def _round(self, number: int, trial: Callable[[Contender], None]) -> None:
        turn = number % len(self.running)
        for contender in self.running[turn:] + self.running[:turn]:
            try:
                trial(contender)
            except LoadFailed as failure:
                if contender.name in NEEDED:
                    raise SystemExit(f"{trial.__name__}: {failure}") from failure
                self.failures.append(f"{trial.__name__.replace('_', ' ')}: {failure}")

    def latency(self, to: Contender) -> None:
        """Small requests, one at a time."""
        self.upstream.stream(0)
        found = gateway_load.chat(to, self.bodies.chat, warmup=50, requests=5_000,
                                  seconds=self.settings.count(3, quick=1))
        if self.upstream.seen()["requests"] < found["requests"]:
            raise LoadFailed(f"{to.name}: it answered without asking the provider")
        self.of("p50_us", to.name).append(found["times"]["p50_us"])
        self.of("p99_us", to.name).append(found["times"]["p99_us"])

    def throughput(self, to: Contender) -> None:
        """As many small requests as eight connections get through, and the most memory that takes."""
        process_cost.reset_peak(to.process.pid)
        found = gateway_load.chat(to, self.bodies.chat, connections=CONNECTIONS, warmup=20,
                                  seconds=self.settings.count(4, quick=1))
        self.of("per_second", to.name).append(found["per_second"])
        self.of("loaded_bytes", to.name).append(process_cost.peak_bytes(to.process.pid))

    def first_token(self, to: Contender) -> None:
        """Short streams."""
        self.upstream.stream(FIRST_TOKENS)
        found = gateway_load.stream(to, self.bodies.stream, warmup=20, requests=2_000,
                                    seconds=self.settings.count(2, quick=1))
        self._check_tokens(to, found, FIRST_TOKENS)
        self.of("first_us", to.name).append(found["first"]["p50_us"])

    def long_stream(self, to: Contender) -> None:
        """Long streams, as fast as they are taken: what handing on a token costs when many come at once."""
        self.upstream.stream(LONG_TOKENS)
        gateway_load.stream(to, self.bodies.stream, requests=1)
        before = process_cost.cpu_ns(to.process.pid)
        found = gateway_load.stream(to, self.bodies.stream, requests=self.settings.count(10, quick=3), seconds=4)
        spent = process_cost.cpu_ns(to.process.pid) - before
        self._check_tokens(to, found, LONG_TOKENS)
        self.of("token_us", to.name).append(spent / 1e3 / (found["requests"] * LONG_TOKENS))

    def spaced_stream(self, to: Contender) -> None:
        """One stream as slow as a fast provider's: how evenly its tokens come, and what each costs alone."""
        self.upstream.stream(SPACED_TOKENS, SPACED_GAP_US)
        before = process_cost.cpu_ns(to.process.pid)
        found = gateway_load.stream(to, self.bodies.stream, requests=1)
        spent = process_cost.cpu_ns(to.process.pid) - before
        self._check_tokens(to, found, SPACED_TOKENS)
        self.of("lone_token_us", to.name).append(spent / 1e3 / SPACED_TOKENS)
        self.of("gap_us", to.name).append(found["gaps"]["max_us"])

    def image_memory(self, to: Contender) -> None:
        """The first large image: how far memory rises above rest, and whether all of it got to the provider."""
        self.upstream.stream(0)
        pid = to.process.pid
        rest = memory.rss_bytes(memory.tree(pid))
        process_cost.reset_peak(pid)
        gateway_load.chat(to, self.bodies.image, requests=1)
        self.of("image_bytes", to.name).append(process_cost.peak_bytes(pid) - rest)
        self.of("image_sent_bytes", to.name).append(self.upstream.seen()["largest_bytes"])

    def image_time(self, to: Contender) -> None:
        """More of them, one at a time."""
        found = gateway_load.chat(to, self.bodies.image, warmup=1, requests=self.settings.count(8, quick=2), seconds=10)
        self.of("image_us", to.name).append(found["times"]["p50_us"])

    def beside_images(self, to: Contender) -> None:
        """Small requests, one at a time, while large images are in flight all the time."""
        self.upstream.stream(0)
        seconds = self.settings.count(6, quick=2)
        with ThreadPoolExecutor(1) as pool:
            images = pool.submit(gateway_load.chat, to, self.bodies.image, connections=IMAGES, seconds=seconds + 2)
            # They begin before the first chat that counts, and go on beyond the last.
            time.sleep(1)
            found = gateway_load.chat(to, self.bodies.chat, warmup=10, requests=20_000, seconds=seconds)
            beside = images.result()
        if beside["requests"] < IMAGES:
            raise LoadFailed(f"{to.name}: {beside['requests']} images got through")
        self.of("beside_p50_us", to.name).append(found["times"]["p50_us"])
        self.of("beside_p99_us", to.name).append(found["times"]["p99_us"])

    def _check_tokens(self, to: Contender, found: dict[str, float], tokens: int) -> None:
        """A gateway that drops or joins tokens has less to do."""
        wanted = found["requests"] * tokens
        if found["tokens"] != wanted:
            raise LoadFailed(f"{to.name}: {found['tokens']} tokens came of {wanted}")
