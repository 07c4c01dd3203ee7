"""From scores to tables: word F1, character error rate and time per kind and engine, and what was to be reached.

Knows the figures to reach and nothing of how pages were read.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from kinds import Page
from readers import PEERS, Read
from report import Row, Spread

F1_LOSS = 0.002
ROTATED_F1 = 0.95
STRUCTURED_ERROR_RATE = 0.02
STRUCTURED = ("columns", "tables")
AUTO_RATIO = 1.2


@dataclass(frozen=True)
class Scores:
    """How one engine did on one kind. `kept` when some of the times come from an earlier run."""

    f1: float
    error_rate: float
    seconds: float
    kept: bool


Board = dict[str, dict[str, Scores]]
"""By kind, then by engine."""


def tables(board: Board, notes: list[str]) -> str:
    """Three tables and the notes."""
    engines = list(next(iter(board.values())))
    parts = [
        _table("Word F1", board, engines, lambda scores: f"{scores.f1:.4f}", best=max, by=lambda s: s.f1),
        _table("Character error rate", board, engines, lambda scores: f"{scores.error_rate:.4f}", best=min,
               by=lambda s: s.error_rate),
        _table("Seconds per page, median", board, engines,
               lambda scores: f"{scores.seconds:.2f}{'*' if scores.kept else ''}", best=min, by=lambda s: s.seconds),
    ]
    if any(scores.kept for row in board.values() for scores in row.values()):
        parts.append("\\* from an earlier run of the same version on the same pages (`--fresh` reads again)\n")
    parts += [f"{note}\n" for note in notes]
    return "\n".join(parts)


def _table(title: str, board: Board, engines: list[str], cell: Callable[[Scores], str],
           best: Callable[[Iterable[float]], float], by: Callable[[Scores], float]) -> str:
    """One table; the best of each row is bold."""
    names = [PEERS.get(engine, f"Mediary {engine}") for engine in engines]
    lines = [f"| {title} | {' | '.join(names)} |", "|---|" + "---|" * len(names)]
    for kind, row in board.items():
        winner = best(by(scores) for scores in row.values())
        cells = [f"**{cell(row[engine])}**" if by(row[engine]) == winner else cell(row[engine]) for engine in engines]
        lines.append(f"| {kind} | {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def rows(board: Board) -> list[Row]:
    """What was to be reached on each kind, with the level that a client gets unless it asks for another."""
    found: list[Row] = []
    engines = next(iter(board.values())).keys()
    level = next((level for level in ("auto", "accurate", "fast") if level in engines), None)
    if level is None:
        return found
    for kind, row in board.items():
        own = row[level]
        peers = {name: scores for name, scores in row.items() if name in PEERS}
        if not peers:
            continue
        found += [_f1_row(kind, level, own, peers), _error_row(kind, level, own, peers)]
    if {"auto", "accurate"} <= engines:
        found += [_auto_row(kind, row) for kind, row in board.items()]
    return found


def _f1_row(kind: str, level: str, own: Scores, peers: dict[str, Scores]) -> Row:
    best = max(peers, key=lambda name: peers[name].f1)
    least = ROTATED_F1 if kind == "rotated" else peers[best].f1 - F1_LOSS
    wanted = f"≥ {ROTATED_F1}" if kind == "rotated" else f"≥ peer − {F1_LOSS}"
    return Row(f"word F1, {kind}, {level}", f"{own.f1:.4f}", f"{peers[best].f1:.4f} ({PEERS[best]})", reach=wanted,
               met=own.f1 >= least)


def _error_row(kind: str, level: str, own: Scores, peers: dict[str, Scores]) -> Row:
    best = min(peers, key=lambda name: peers[name].error_rate)
    most, wanted = peers[best].error_rate, "≤ peer"
    if kind in STRUCTURED:
        most, wanted = min(most, STRUCTURED_ERROR_RATE), f"≤ peer, ≤ {STRUCTURED_ERROR_RATE}"
    return Row(f"character error rate, {kind}, {level}", f"{own.error_rate:.4f}",
               f"{peers[best].error_rate:.4f} ({PEERS[best]})", reach=wanted, met=own.error_rate <= most)


def _auto_row(kind: str, row: dict[str, Scores]) -> Row:
    auto, accurate = row["auto"].f1, row["accurate"].f1
    return Row(f"word F1, {kind}, auto beside accurate", f"{auto:.4f}", f"{accurate:.4f} (accurate)",
               reach=f"≥ accurate − {F1_LOSS}", met=auto >= accurate - F1_LOSS)


def time_ratio(fast: Read, auto: Read, clean: list[tuple[Page, Path]], rounds: int) -> Row:
    """Time of `auto` against `fast` on clean pages, pair by pair, taking turns at going first."""
    pairs = []
    for turn in range(rounds):
        for page, path in clean:
            if turn % 2:
                first = fast(page, path).seconds
                pairs.append((auto(page, path).seconds, first))
            else:
                pairs.append((auto(page, path).seconds, fast(page, path).seconds))
    ratio = Spread.of(slow / quick for slow, quick in pairs)
    return Row("time per clean page, auto beside fast", Spread.of(slow for slow, _ in pairs).seconds(),
               f"{Spread.of(quick for _, quick in pairs).seconds()} (fast)", ratio.plain(), f"≤ {AUTO_RATIO} ×",
               ratio.median <= AUTO_RATIO)
