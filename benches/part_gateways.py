"""Mediary as a gateway: what it adds to a provider that answers at once, beside a bare forwarder and peers."""

from __future__ import annotations

import re
import subprocess

import contenders
import gateway_packages
from contenders import Contender
from gateway_load import Bodies
from gateway_trials import CONNECTIONS, IMAGES, NEEDED, SPACED_GAP_US, Trials
from report import Findings, Row, Spread
from settings import Settings

TITLE = "Gateway"
OURS, BARE, DIRECT = "Mediary", "forwarder", "direct"
MEGABYTE = 1_000_000
REACH_ADDED_RATIO = 1.6
REACH_TAIL_RATIO = 3.0
REACH_THROUGHPUT_RATIO = 0.6
REACH_FIRST_US = 200
REACH_TOKEN_US = 5
REACH_GAP_US = 40_000
REACH_IMAGE_RATIO = 3.0
REACH_BESIDE_RATIO = 2.0
REACH_LOADED_BYTES = 50 * MEGABYTE
REACH_PLAN_US = 1_000
ITS_OWN = ("token_us", "lone_token_us", "image_bytes", "loaded_bytes")
"""What the provider spends for itself, which says nothing about handing on."""
PLANNED = re.compile(r"^(20 .*?)\s+([\d.]+) µs", re.MULTILINE)


def measure(settings: Settings) -> Findings:
    """All trials with all gateways running side by side, each at rest while another is tried."""
    folder = settings.work_folder / "gateways"
    folder.mkdir(exist_ok=True)
    bodies = Bodies.written(folder)
    try:
        with contenders.all_of_them(settings.executable, folder) as (upstream, running, missing):
            trials = Trials(settings, upstream, running, bodies)
            trials.run()
    except gateway_packages.Unavailable as reason:
        raise SystemExit(str(reason)) from reason
    notes = "".join(f"\n{note}\n" for note in dict.fromkeys([*missing, *trials.failures]))
    return Findings([*_requests(trials), *_streams(trials), *_images(trials), _plan()],
                    f"{_side_by_side(trials, running)}{notes}")


def _added(trials: Trials, measure: str, name: str) -> list[float]:
    """What a gateway adds to the provider's own, round by round."""
    return [value - own for value, own in zip(trials.of(measure, name), trials.of(measure, DIRECT))]


def _ratios(above: list[float], below: list[float]) -> Spread:
    return Spread.of(high / max(low, 1e-9) for high, low in zip(above, below, strict=True))


def _requests(trials: Trials) -> list[Row]:
    ours, bare = _added(trials, "p50_us", OURS), _added(trials, "p50_us", BARE)
    added = _ratios(ours, bare)
    tails = {name: _ratios(_added(trials, "p99_us", name), _added(trials, "p50_us", name)) for name in (OURS, BARE)}
    whole = {name: _ratios(trials.of("p99_us", name), trials.of("p50_us", name)) for name in (OURS, BARE)}
    speed = _ratios(trials.of("per_second", OURS), trials.of("per_second", BARE))
    loaded = max(trials.of("loaded_bytes", OURS))
    return [
        Row("added latency of a small chat, one at a time, median", micros(ours), f"{micros(bare)} (forwarder)",
            added.plain(), f"≤ {REACH_ADDED_RATIO:g} × the forwarder's", added.median <= REACH_ADDED_RATIO),
        Row("added latency, 99th percentile over median", micros(_added(trials, "p99_us", OURS)),
            f"{micros(_added(trials, 'p99_us', BARE))} (forwarder), {tails[BARE].median:.2f} ×", tails[OURS].plain(),
            f"≤ {REACH_TAIL_RATIO:g} × median", tails[OURS].median <= REACH_TAIL_RATIO),
        Row("whole latency, 99th percentile over median", micros(trials.of("p99_us", OURS)),
            f"{micros(trials.of('p99_us', BARE))} (forwarder), {whole[BARE].median:.2f} ×", whole[OURS].plain(),
            f"≤ {REACH_TAIL_RATIO:g} × median", whole[OURS].median <= REACH_TAIL_RATIO),
        Row(f"small chats a second, {CONNECTIONS} connections", plain(trials.of("per_second", OURS)),
            f"{plain(trials.of('per_second', BARE))} (forwarder)", speed.plain(),
            f"≥ {REACH_THROUGHPUT_RATIO:g} × the forwarder's", speed.median >= REACH_THROUGHPUT_RATIO),
        Row("resident memory under that load, highest", f"{loaded / MEGABYTE:.1f} MB",
            f"{max(trials.of('loaded_bytes', BARE)) / MEGABYTE:.1f} MB (forwarder)",
            reach=f"≤ {REACH_LOADED_BYTES / MEGABYTE:.0f} MB", met=loaded <= REACH_LOADED_BYTES),
    ]


def _streams(trials: Trials) -> list[Row]:
    first = _added(trials, "first_us", OURS)
    token, gap = Spread.of(trials.of("token_us", OURS)), Spread.of(trials.of("gap_us", OURS))
    return [
        Row("added time to first token, median", micros(first),
            f"{micros(_added(trials, 'first_us', BARE))} (forwarder)", reach=f"≤ {REACH_FIRST_US} µs",
            met=Spread.of(first).median <= REACH_FIRST_US),
        Row("processor time for each token handed on, many at once", token.plain() + " µs",
            f"{Spread.of(trials.of('token_us', BARE)).plain()} µs (forwarder)", reach=f"≤ {REACH_TOKEN_US} µs",
            met=token.median <= REACH_TOKEN_US),
        Row("the same, each alone", Spread.of(trials.of("lone_token_us", OURS)).plain() + " µs",
            f"{Spread.of(trials.of('lone_token_us', BARE)).plain()} µs (forwarder)"),
        Row(f"largest gap between tokens sent {SPACED_GAP_US / 1e3:g} ms apart", micros(trials.of("gap_us", OURS)),
            f"{micros(trials.of('gap_us', DIRECT))} (direct)", reach="no steps of 40 ms",
            met=gap.median < REACH_GAP_US),
    ]


def _images(trials: Trials) -> list[Row]:
    body = trials.bodies.image.stat().st_size
    copied = trials.of("copy_us", "loopback")
    slower = _ratios(trials.of("image_us", OURS), copied)
    rise, sent = trials.of("image_bytes", OURS)[0], trials.of("image_sent_bytes", OURS)[0]
    beside = _ratios(trials.of("beside_p99_us", OURS), trials.of("beside_p99_us", BARE))
    bare_rise = trials.of("image_bytes", BARE)[0]
    return [
        Row(f"image of 10 MB, {body / MEGABYTE:.1f} MB as base64: time", micros(trials.of("image_us", OURS)),
            f"{micros(copied)} (copied twice through loopback)", slower.plain(), f"≤ {REACH_IMAGE_RATIO:g} × copying",
            slower.median <= REACH_IMAGE_RATIO),
        Row("the same: rise of memory", f"{rise / MEGABYTE:.1f} MB", f"{bare_rise / MEGABYTE:.1f} MB (forwarder)",
            f"{rise / body:.2f} × body", f"≤ {REACH_IMAGE_RATIO:g} × body", rise <= REACH_IMAGE_RATIO * body),
        Row("the same: what reached the provider", f"{sent / MEGABYTE:.1f} MB", reach="all of it",
            met=sent > 0.99 * body),
        Row(f"small chats beside {IMAGES} such images in flight, 99th percentile",
            micros(trials.of("beside_p99_us", OURS)),
            f"{micros(trials.of('beside_p99_us', BARE))} (forwarder)", beside.plain(),
            f"≤ {REACH_BESIDE_RATIO:g} × the forwarder's", beside.median <= REACH_BESIDE_RATIO),
    ]


def _plan() -> Row:
    """The slowest of the example's plans that have parts."""
    what, reach = "plan for 1,000 targets × 20 parts", f"≤ {REACH_PLAN_US / 1e3:g} ms"
    program = gateway_packages.timer("plan_speed")
    if program is None:
        return Row(what, "not built: `make bench-gateways`", reach=reach)
    printed = subprocess.run([str(program)], capture_output=True, text=True, check=True).stdout
    plans = {case: float(time) for case, time in PLANNED.findall(printed)}
    if not plans:
        raise SystemExit(f"plan_speed printed no plan with parts: {printed[:300]!r}")
    slowest = max(plans, key=lambda case: plans[case])
    return Row(f"{what}, the slowest of {len(plans)} ({slowest})", f"{plans[slowest]:.0f} µs", reach=reach,
               met=plans[slowest] <= REACH_PLAN_US)


def _side_by_side(trials: Trials, running: list[Contender]) -> str:
    """All gateways, medians over the rounds; a dash where there is no number."""
    names = [contender.name for contender in running]
    lines = [f"| median over rounds | {' | '.join(names)} |", "|---" * (len(names) + 1) + "|"]

    def line(what: str, shown: list[str]) -> None:
        lines.append(f"| {what} | {' | '.join(shown)} |")

    for what, key, show in (
        ("small chat, median", "p50_us", micros), ("small chat, 99th percentile", "p99_us", micros),
        (f"small chats a second, {CONNECTIONS} connections", "per_second", plain),
        ("time to first token", "first_us", micros),
        ("processor time a token, many at once", "token_us", micros),
        ("processor time a token, each alone", "lone_token_us", micros),
        ("largest gap between tokens", "gap_us", micros), ("image of 10 MB", "image_us", micros),
        (f"small chat beside {IMAGES} such images, 99th percentile", "beside_p99_us", micros),
        ("rise of memory for it", "image_bytes", megabytes), ("resident under load", "loaded_bytes", megabytes),
    ):
        shown = [name for name in names if trials.of(key, name) and not (name == DIRECT and key in ITS_OWN)]
        line(what, [show(trials.of(key, name)) if name in shown else "–" for name in names])
        if key == "p50_us":
            line("it adds", [micros(_added(trials, key, name)) if name != DIRECT and trials.of(key, name) else "–"
                             for name in names])
    assert all(name in names for name in NEEDED)
    return "\n".join(lines) + "\n"


def micros(values: list[float]) -> str:
    """Median and extremes of microseconds, as milliseconds when long."""
    spread = Spread.of(values)
    scale, unit, digits = (1, "µs", 1 if spread.median < 20 else 0) if spread.median < 2_000 else (1_000, "ms", 1)
    shown = [f"{value / scale:.{digits}f}" for value in (spread.median, spread.low, spread.high)]
    return f"{shown[0]} {unit}" + (f" ({shown[1]}..{shown[2]})" if len(values) > 1 else "")


def plain(values: list[float]) -> str:
    """Median and extremes of whole numbers."""
    spread = Spread.of(values)
    return f"{spread.median:.0f} ({spread.low:.0f}..{spread.high:.0f})"


def megabytes(values: list[float]) -> str:
    """The highest, in megabytes."""
    return f"{max(values) / MEGABYTE:.1f} MB"
