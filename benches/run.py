"""Runs the side-by-side benches and writes their tables into `benches/README.md`.

`python3 benches/run.py [PART...] [--quick] [--mediary PATH]`. Builds nothing: it measures the executable it is given.
Quick runs, and those of some kinds or engines only, just print.
"""

from __future__ import annotations

import argparse
import importlib
import os
import sys
from pathlib import Path

import provision

PARTS = ["start", "digital", "structure", "magazines", "office", "uploads", "scans", "load", "memory", "hostile", "accuracy",
         "embeddings", "speech", "realtime", "pictures", "videos", "media", "gateways", "protocols", "faults", "log",
         "catalog", "queue", "tools"]
"""Each is a module `part_NAME` with a `TITLE` and a `measure(settings)` that gives rows or `Findings`."""


def parse_arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", choices=PARTS, action="append", help="measure this part (may be repeated)")
    parser.add_argument("parts", nargs="*", metavar="PART", help="measure only these parts")
    parser.add_argument("--quick", action="store_true", help="few repetitions; prints, does not write the README")
    parser.add_argument("--mediary", type=Path, default=provision.ROOT / "target" / "release" / "mediary")
    parser.add_argument("--kinds", type=comma_list, default=[], help="accuracy: kinds of pages; speech: sections; by commas")
    parser.add_argument("--engines", type=comma_list, default=[], help="accuracy: engines, by commas")
    parser.add_argument("--fresh", action="store_true", help="accuracy, speech: let peers read again what they have read")
    return parser.parse_args()


def comma_list(text: str) -> list[str]:
    """The words between commas."""
    return [word for word in text.split(",") if word]


def warn_if_busy() -> None:
    """Says so when something else uses the machine, for then the numbers are worth little."""
    load = os.getloadavg()[0]
    if load > 0.5:
        print(f"note: load average is {load:.1f}; other work disturbs the measurements", file=sys.stderr)


def run_part(name: str, asked: argparse.Namespace) -> bool:
    """Measures one part and reports it. False when something was not reached."""
    # Only now, inside the bench's own environment, can these be imported.
    import report
    from settings import Settings

    work_folder = provision.ROOT / "target" / "bench-work"
    work_folder.mkdir(parents=True, exist_ok=True)
    part = importlib.import_module(f"part_{name}")
    found = part.measure(Settings(asked.mediary.resolve(), work_folder, asked.quick, asked.kinds, asked.engines,
                                  asked.fresh))
    if isinstance(found, list):
        found = report.Findings(found)
    text = report.part_text(part.TITLE, found)
    print(text, flush=True)
    if not (asked.quick or asked.kinds or asked.engines):
        report.write_part(name, text, PARTS)
    return all(row.met is not False for row in found.rows)


def main() -> int:
    """Runs what was asked for; 1 when something was not reached."""
    asked = parse_arguments()
    provision.enter_environment()
    if not asked.mediary.is_file():
        raise SystemExit(f"{asked.mediary} is missing: build it with `cargo build --release` or `make bench`")
    warn_if_busy()
    wanted = [*asked.parts, *(asked.only or [])] or PARTS
    reached = [run_part(name, asked) for name in PARTS if name in wanted]
    return 0 if all(reached) else 1


if __name__ == "__main__":
    sys.exit(main())
