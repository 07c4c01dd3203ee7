"""The programs the gateways' part needs: the bench's own, and the peers from their packages.

The bench's own are built by `make bench`. Peers are installed once into `target/` with the ordinary clients; one that
cannot be had is left out, with the reason below the table.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
TARGET = HERE.parent / "target"
BUILT = TARGET / "bench-gateways" / "release"
LITELLM_PINS = HERE / "requirements-litellm.txt"
PORTKEY_PINS = HERE / "gateways" / "portkey.json"
INSTALL_LIMIT_SECONDS = 900


class Unavailable(Exception):
    """A peer cannot be had here."""


def own(name: str) -> Path:
    """One of the bench's own programs."""
    program = BUILT / name
    if not program.is_file():
        raise SystemExit(f"{program} is missing: build it with `make bench-gateways`")
    return program


def timer(name: str) -> Path | None:
    """The example that times the planner (`plan_speed`) or the ledger (`quota_speed`), if it was built."""
    program = TARGET / "release" / "examples" / name
    return program if program.is_file() else None


def litellm() -> tuple[str, Path]:
    """Its version, and its command."""
    folder = TARGET / "bench-venv-litellm"
    pins = LITELLM_PINS.read_text()
    if _is_new(folder, pins):
        _run("venv", [sys.executable, "-m", "venv", "--clear", str(folder)])
        pip = [str(folder / "bin" / "python3"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        _run("pip", [*pip, "-r", str(LITELLM_PINS)])
        _settle(folder, pins)
    return pins.strip().partition("==")[2], folder / "bin" / "litellm"


def portkey() -> tuple[str, Path]:
    """Its version, and the script for Node."""
    if shutil.which("node") is None or shutil.which("npm") is None:
        raise Unavailable("Node and npm are not installed")
    folder = TARGET / "bench-portkey"
    pins = PORTKEY_PINS.read_text()
    if _is_new(folder, pins):
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        (folder / "package.json").write_text(pins)
        _run("npm", ["npm", "install", "--silent", "--no-audit", "--no-fund"], folder)
        _settle(folder, pins)
    version = json.loads(pins)["dependencies"]["@portkey-ai/gateway"]
    return version, folder / "node_modules" / "@portkey-ai" / "gateway" / "build" / "start-server.js"


def _is_new(folder: Path, pins: str) -> bool:
    stamp = folder / "installed.txt"
    return not stamp.exists() or stamp.read_text() != pins


def _settle(folder: Path, pins: str) -> None:
    (folder / "installed.txt").write_text(pins)


def _run(what: str, command: list[str], folder: Path | None = None) -> None:
    """Runs an installer; its last words are the reason when it fails."""
    print(f"note: installing with {what}, which may take minutes", file=sys.stderr, flush=True)
    try:
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=INSTALL_LIMIT_SECONDS)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise Unavailable(f"{what}: {error}") from error
    if done.returncode != 0:
        lines = [line for line in done.stderr.splitlines() if line.strip()] or ["it said nothing"]
        raise Unavailable(f"{what} failed: {lines[-1][:200]}")
