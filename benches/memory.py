"""Resident memory of a process and all its descendants, from `/proc`.

RSS counts a shared page once per process, PSS divides it among them; both are summed over the tree. Linux only.
"""

from __future__ import annotations

import os
import threading
import time
from pathlib import Path
from types import TracebackType

PROC = Path("/proc")
PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")
MIB = 1024 * 1024


def tree(root_pid: int) -> list[int]:
    """The process and its descendants."""
    children: dict[int, list[int]] = {}
    for entry in PROC.iterdir():
        if entry.name.isdigit() and (parent := _parent(entry)) is not None:
            children.setdefault(parent, []).append(int(entry.name))
    family = [root_pid]
    for pid in family:
        family += children.get(pid, [])
    return family


def open_files(pid: int) -> int:
    """How many files and connections a process has open."""
    return len(list(Path(f"/proc/{pid}/fd").iterdir()))


def connections_to(pid: int, ports: set[int]) -> int:
    """How many of its connections lead to one of these ports."""
    sockets = set()
    for line in Path(f"/proc/{pid}/net/tcp").read_text().splitlines()[1:]:
        columns = line.split()
        if int(columns[2].rpartition(":")[2], 16) in ports:
            sockets.add(f"socket:[{columns[9]}]")
    links = []
    for entry in Path(f"/proc/{pid}/fd").iterdir():
        try:
            links.append(os.readlink(entry))
        except OSError:
            continue
    return sum(link in sockets for link in links)


def _parent(entry: Path) -> int | None:
    """The parent's id; nothing when the process has just ended."""
    try:
        after_name = (entry / "stat").read_text().rpartition(")")[2]
    except OSError:
        return None
    return int(after_name.split()[1])


def rss_bytes(pids: list[int]) -> int:
    """Summed resident set size."""
    return sum(_resident_pages(pid) for pid in pids) * PAGE_BYTES


def _resident_pages(pid: int) -> int:
    try:
        return int((PROC / str(pid) / "statm").read_text().split()[1])
    except OSError:
        return 0


def pss_bytes(pids: list[int]) -> int | None:
    """Summed proportional set size; nothing when it may not be read."""
    total = 0
    for pid in pids:
        try:
            lines = (PROC / str(pid) / "smaps_rollup").read_text().splitlines()
        except OSError:
            return None
        total += sum(int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:"))
    return total


class Peak:
    """Samples a tree in the background while it is entered, and keeps the highest values."""

    def __init__(self, root_pid: int, interval_seconds: float) -> None:
        self.rss_bytes = 0
        self.root_rss_bytes = 0
        self.samples = 0
        self._root_pid = root_pid
        self._interval_seconds = interval_seconds
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="memory-peak")

    def __enter__(self) -> Peak:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None,
                 trace: TracebackType | None) -> None:
        self._done.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._done.is_set():
            self.rss_bytes = max(self.rss_bytes, rss_bytes(tree(self._root_pid)))
            self.root_rss_bytes = max(self.root_rss_bytes, rss_bytes([self._root_pid]))
            self.samples += 1
            time.sleep(self._interval_seconds)
