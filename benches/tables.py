"""Tables for the accuracy pages: cells wrapped in columns, with or without rules. Truth goes row by row.

Draws on a `typeset.Sheet`. A cell of several lines is one cell: its whole text comes before that of the next one.
"""

from __future__ import annotations

from dataclasses import dataclass

from typeset import POINT_PX, Sheet, wrap


@dataclass(frozen=True)
class Style:
    """How a table looks: the rules drawn, a dark heading row, and the space between columns in points."""

    grid: bool = False
    row_rules: bool = False
    frame_rules: bool = False
    dark_head: bool = False
    padding_pt: float = 4.0
    leading: float = 1.3


@dataclass(frozen=True)
class Table:
    """Rows of cells; the first is the heading. `shares` are column widths, `right` the right-aligned columns."""

    rows: list[list[str]]
    shares: list[float]
    right: frozenset[int]
    style: Style


def draw_table(sheet: Sheet, table: Table, left: float, top: float, right: float) -> float:
    """Draws a table between two fractions of the width; the y below it, as a fraction."""
    style = table.style
    padding, pitch = style.padding_pt * POINT_PX, sheet.size_pt * POINT_PX * style.leading
    x0, x1 = left * sheet.image.width, right * sheet.image.width
    edges = _edges(table.shares, x0, x1)
    y = y0 = top * sheet.image.height
    for number, row in enumerate(table.rows):
        head = number == 0
        font = sheet.family.font(sheet.size_pt, bold=head)
        cells = [wrap(cell, font, edges[i + 1] - edges[i] - 2 * padding) for i, cell in enumerate(row)]
        height = max(len(lines) for lines in cells) * pitch + (2 if style.grid or style.row_rules else 1) * padding
        if head and style.dark_head:
            sheet.draw.rectangle((x0, y, x1, y + height), fill=60)
        for column, lines in enumerate(cells):
            for index, line in enumerate(lines):
                flush_right = column in table.right
                x = edges[column + 1] - padding if flush_right else edges[column] + padding
                sheet.draw.text((x, y + padding * 0.6 + index * pitch), line, font=font,
                                fill=255 if head and style.dark_head else 0, anchor="ra" if flush_right else "la")
        sheet.truth.append(" ".join(cell for cell in row if cell))
        y += height
        last = number == len(table.rows) - 1
        if style.grid or style.row_rules or (style.frame_rules and (head or last)):
            _rule(sheet, x0, y, x1, y)
    if style.grid or style.frame_rules:
        _rule(sheet, x0, y0, x1, y0)
    if style.grid:
        for x in edges:
            _rule(sheet, x, y0, x, y)
    return y / sheet.image.height


def _edges(shares: list[float], x0: float, x1: float) -> list[float]:
    """The x of every column's left edge, and of the right edge of the last."""
    edges = [x0]
    for share in shares:
        edges.append(edges[-1] + share / sum(shares) * (x1 - x0))
    return edges


def _rule(sheet: Sheet, x0: float, y0: float, x1: float, y1: float) -> None:
    sheet.draw.line((x0, y0, x1, y1), fill=0, width=3)
