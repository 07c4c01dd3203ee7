"""Two builds of Mediary side by side: small chats a second over eight connections, and what each costs.

`python3 benches/two_builds.py OLD NEW` after `make bench-gateways`. Both run all the time and take turns, a second each;
what is compared was measured in the same round. The machine must be quiet: where other programs want its processors, a
build with one thread more gets a larger share of them, and throughput hides what the processor time shows.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

import contenders
import gateway_load
import process_cost
from contenders import Contender
from gateway_load import Bodies
from gateway_trials import CONNECTIONS
from report import Spread


def main() -> None:
    """Runs the rounds and prints the medians."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("old", type=Path)
    parser.add_argument("new", type=Path)
    parser.add_argument("--rounds", type=int, default=60)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        bodies = Bodies.written(folder)
        with contenders.builds([asked.old.resolve(), asked.new.resolve()], folder) as running:
            rounds = [_round(running, bodies, number) for number in range(asked.rounds)]
    for what, place, shown in (("small chats a second", 0, "{:.0f}"), ("processor time of each, µs", 1, "{:.1f}"),
                               ("one at a time, median, µs", 2, "{:.0f}")):
        old, new = ([found[build][place] for found in rounds] for build in range(2))
        medians = " → ".join(shown.format(Spread.of(numbers).median) for numbers in (old, new))
        ratio = Spread.of(after / before for before, after in zip(old, new, strict=True))
        print(f"{what}: {medians}, {ratio.median:.3f} ×")


def _round(running: list[Contender], bodies: Bodies, number: int) -> list[tuple[float, float, float]]:
    """Chats a second, processor time of each and median of single ones, by build; they take turns at going first."""
    found = {}
    for build in (0, 1) if number % 2 == 0 else (1, 0):
        to = running[build]
        before = process_cost.cpu_ns(to.process.pid)
        many = gateway_load.chat(to, bodies.chat, connections=CONNECTIONS, warmup=20, seconds=1)
        spent = process_cost.cpu_ns(to.process.pid) - before
        single = gateway_load.chat(to, bodies.chat, warmup=20, seconds=0.3)
        found[build] = (many["per_second"], spent / 1e3 / many["requests"], single["times"]["p50_us"])
    return [found[0], found[1]]


if __name__ == "__main__":
    main()
