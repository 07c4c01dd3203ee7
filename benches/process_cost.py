"""What a process costs: processor time and peak memory, its descendants included. From `/proc`, Linux only."""

from __future__ import annotations

import os
from pathlib import Path

import memory

PROC = Path("/proc")
TICK_NS = 1_000_000_000 // os.sysconf("SC_CLK_TCK")
RESET_PEAK = "5"


def cpu_ns(root_pid: int) -> int:
    """Time on a processor until now. To the nanosecond where the kernel counts so finely, else in ticks."""
    return sum(_scheduled_ns(pid) or _ticks_ns(pid) for pid in memory.tree(root_pid))


def _scheduled_ns(pid: int) -> int:
    """Of all threads that are there. One that ended is missing, so this suits short spans only."""
    total = 0
    for task in (PROC / str(pid) / "task").glob("*/schedstat"):
        try:
            total += int(task.read_text().split()[0])
        except (OSError, IndexError):
            continue
    return total


def spent_seconds(root_pid: int) -> float:
    """Processor time until now, that of descendants which have ended and were waited for included. In ticks: suits seconds."""
    total = 0
    for pid in memory.tree(root_pid):
        try:
            fields = (PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        total += sum(int(field) for field in fields[11:15])
    return total * TICK_NS / 1e9


def _ticks_ns(pid: int) -> int:
    try:
        fields = (PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0
    return (int(fields[11]) + int(fields[12])) * TICK_NS


def reset_peak(root_pid: int) -> None:
    """Has the kernel begin anew to look for the peak."""
    for pid in memory.tree(root_pid):
        (PROC / str(pid) / "clear_refs").write_text(RESET_PEAK)


def peak_bytes(root_pid: int) -> int:
    """The highest resident set since the reset: each process's own, summed, so at most a little more than there was."""
    total = 0
    for pid in memory.tree(root_pid):
        lines = (PROC / str(pid) / "status").read_text().splitlines()
        total += sum(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM:"))
    return total
