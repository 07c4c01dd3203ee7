"""What a large catalog costs: memory, the time of a plan, and the ledger of limits that a request takes from."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path

import catalog
import gateway_packages
from report import Findings, Row, Spread
from settings import Settings

TITLE = "A thousand models of thirty providers"
REACH_MIB = 15
REACH_PLAN_US = 1_000
REACH_LEDGER_US = 5
THREADS = 8
PLANNED = re.compile(r"^(20 .+?) +([0-9.]+) µs, [1-9][0-9]* candidates$", re.MULTILINE)
SETTLED = re.compile(rf"^{THREADS} threads on one key: ([0-9.]+) µs", re.MULTILINE)
NOT_BUILT = "not built: `make bench-gateways`"


def measure(settings: Settings) -> Findings:
    """Memory and requests of servers of their own, then the planner and the ledger by themselves."""
    rounds, requests = settings.count(5, quick=1), settings.count(300, quick=50)
    over, plans, ways = [], [], []
    for _ in range(rounds):
        with catalog.running(settings.executable, 0) as (pid, _port):
            empty = catalog.resident_mib(pid)
        with catalog.running(settings.executable, catalog.MODELS) as (pid, port):
            over.append(catalog.resident_mib(pid) - empty)
            body = json.dumps(catalog.REQUEST).encode()
            plans += catalog.times_ms(port, "POST", "/v1/plan", body, requests)
            ways += catalog.times_ms(port, "GET", "/livez", None, requests)
    memory, plan, way = Spread.of(over), Spread.of(plans), Spread.of(ways)
    return Findings([
        Row("resident memory over that with a catalog of none", f"{memory.median:.1f} MiB ({memory.low:.1f}..{memory.high:.1f})",
            reach=f"≤ {REACH_MIB} MiB", met=memory.median <= REACH_MIB),
        _plan(),
        Row("`POST /v1/plan`, which tells all candidates, as a request", f"{plan.median:.2f} ms",
            f"{way.median:.2f} ms (/livez)"),
        _ledger(),
    ])


def _plan() -> Row:
    """The slowest of the plans with parts."""
    what, reach = "plan for 1,000 targets × 20 parts", f"≤ {REACH_PLAN_US / 1e3:g} ms"
    printed = _printed("plan_speed")
    if printed is None:
        return Row(what, NOT_BUILT, reach=reach)
    plans = {case: float(time) for case, time in PLANNED.findall(printed)}
    if not plans:
        raise SystemExit(f"plan_speed printed no plan with parts: {printed[:300]!r}")
    slowest = max(plans, key=lambda case: plans[case])
    return Row(f"{what}, the slowest of {len(plans)} ({slowest})", f"{plans[slowest]:.0f} µs", reach=reach,
               met=plans[slowest] <= REACH_PLAN_US)


def _ledger() -> Row:
    """Taking room within a key's limits and settling it, while others want the same key."""
    what, reach = f"ledger: taken and settled, {THREADS} threads on one key", f"≤ {REACH_LEDGER_US} µs a request"
    printed = _printed("quota_speed")
    if printed is None:
        return Row(what, NOT_BUILT, reach=reach)
    found = SETTLED.search(printed)
    if found is None:
        raise SystemExit(f"quota_speed printed no time of {THREADS} threads: {printed[:300]!r}")
    each = float(found[1])
    return Row(what, f"{each:.2f} µs", reach=reach, met=each <= REACH_LEDGER_US)


def _printed(name: str) -> str | None:
    """What a timer says; nothing where it was not built."""
    program: Path | None = gateway_packages.timer(name)
    if program is None:
        return None
    return subprocess.run([str(program)], capture_output=True, text=True, check=True).stdout
