"""What every part is told: which executable, where to work, how thoroughly."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True)
class Settings:
    """The settings of one run."""

    executable: Path
    work_folder: Path
    quick: bool
    kinds: list[str] = field(default_factory=list)
    """The kinds of pages that the accuracy part is to read; all when empty. So too the engines."""
    engines: list[str] = field(default_factory=list)
    fresh: bool = False
    """Whether peers read again what they have read before."""

    def count(self, full: int, quick: int) -> int:
        """How often to do something."""
        return quick if self.quick else full
