"""Numbers into tables: spreads, rows, the machine, and the results block of `README.md`.

A part that was measured replaces its own table between the markers and leaves the others alone.
"""

from __future__ import annotations

import datetime
import os
import re
import statistics
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

README = Path(__file__).resolve().parent / "README.md"
BEGIN, END = "<!-- results:begin -->", "<!-- results:end -->"
SPEED_FLAGS = ("avx2", "avx512f", "avx512_vnni", "avx512_bf16", "amx_tile", "amx_bf16")


@dataclass(frozen=True)
class Spread:
    """Median and extremes."""

    median: float
    low: float
    high: float

    @classmethod
    def of(cls, values: Iterable[float]) -> Spread:
        """The spread of some numbers, at least one."""
        listed = list(values)
        return cls(statistics.median(listed), min(listed), max(listed))

    def seconds(self) -> str:
        """As seconds, or milliseconds when short."""
        if self.median < 2:
            return f"{self.median * 1e3:.0f} ms ({self.low * 1e3:.0f}..{self.high * 1e3:.0f})"
        return f"{self.median:.2f} s ({self.low:.2f}..{self.high:.2f})"

    def plain(self) -> str:
        """As bare numbers."""
        return f"{self.median:.2f} ({self.low:.2f}..{self.high:.2f})"


@dataclass(frozen=True)
class Row:
    """One line of a table. `met` is empty where nothing is to be reached."""

    what: str
    mediary: str
    peer: str = ""
    ratio: str = ""
    reach: str = ""
    met: bool | None = None

    def markdown(self) -> str:
        """The line."""
        verdict = {True: "yes", False: "**no**", None: ""}[self.met]
        return f"| {self.what} | {self.mediary} | {self.peer} | {self.ratio} | {self.reach} | {verdict} |"


@dataclass(frozen=True)
class Findings:
    """What a part found: its rows, and further tables, already Markdown, to go before them."""

    rows: list[Row]
    tables: str = ""


def table(rows: list[Row]) -> str:
    """A Markdown table."""
    head = "| what | Mediary | peer | ratio | to reach | reached |\n|---|---|---|---|---|---|"
    return "\n".join([head, *(row.markdown() for row in rows)])


def machine() -> str:
    """Processor, cores, the vector extensions that matter, memory and day."""
    info = Path("/proc/cpuinfo").read_text()
    model = re.search(r"^model name\s*:\s*(.+)$", info, re.MULTILINE)
    flags = re.search(r"^flags\s*:\s*(.+)$", info, re.MULTILINE)
    present = [flag for flag in SPEED_FLAGS if flags and flag in flags[1].split()]
    memory_gib = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 2**30
    return (f"{model[1].strip() if model else 'unknown processor'}, {os.cpu_count()} cores "
            f"({' '.join(present) or 'no AVX2'}), {memory_gib:.0f} GiB, {datetime.date.today().isoformat()}")


def part_text(title: str, found: Findings) -> str:
    """The heading, machine and tables of one part."""
    further = f"{found.tables}\n" if found.tables else ""
    return f"### {title}\n\n{machine()}\n\n{further}{table(found.rows)}\n"


def write_part(name: str, text: str, order: list[str]) -> None:
    """Puts a part's text in its place in the README."""
    whole = README.read_text(encoding="utf-8")
    head, _, rest = whole.partition(BEGIN)
    block, _, tail = rest.partition(END)
    pieces = re.split(r"<!-- part:(\w+) -->\n", block)
    parts = dict(zip(pieces[1::2], pieces[2::2], strict=True))
    parts[name] = f"{text}\n"
    kept = "".join(f"<!-- part:{part} -->\n{parts[part]}" for part in order if part in parts)
    README.write_text(f"{head}{BEGIN}\n{kept}{END}{tail}", encoding="utf-8")
