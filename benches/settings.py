"""What every part is told: which executable, where to work, how thoroughly."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Settings:
    """The settings of one run."""

    executable: Path
    work_folder: Path
    quick: bool

    def count(self, full: int, quick: int) -> int:
        """How often to do something."""
        return quick if self.quick else full
