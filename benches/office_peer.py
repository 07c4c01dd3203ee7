"""markitdown in a process of its own, warm: reads one path per line and answers one JSON line with the seconds and the text.

Run by the interpreter of `target/bench-venv-office`. With a path to make instead of one to read (`make:docx:PATH`,
`make:xlsx:PATH`) it writes the bench's own file there, with python-docx or openpyxl, and answers the words or cells in it.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

PAGES = 200
PARAGRAPHS_PER_PAGE = 5
WORDS_PER_PARAGRAPH = 90
ROWS, COLUMNS = 5_000, 20
WORDS = ("harbour office quay vessel pilot mooring fee berth northern crew water tide storage hall workshop evening "
         "morning report board decided tonnage rose october chart signal crane").split()


def words(start: int, count: int) -> str:
    """Words that differ from place to place and are the same in every run."""
    return " ".join(f"{WORDS[(start * 31 + at * 7) % len(WORDS)]}{(start + at) % 97}" for at in range(count))


def make_docx(path: Path) -> str:
    """A letter of 200 pages: headings, paragraphs, a list and a table on each."""
    import docx

    document, said = docx.Document(), []

    def note(text: str) -> str:
        said.append(text)
        return text

    for page in range(PAGES):
        document.add_heading(note(f"Chapter {page} {words(page, 3)}"), level=1 + page % 3)
        for paragraph in range(PARAGRAPHS_PER_PAGE):
            document.add_paragraph(note(words(page * 100 + paragraph, WORDS_PER_PARAGRAPH)))
        for item in range(3):
            document.add_paragraph(note(words(page * 7 + item, 6)), style="List Bullet")
        table = document.add_table(rows=3, cols=4)
        for row in table.rows:
            for cell in row.cells:
                cell.text = note(words(page + len(said), 2))
        document.add_page_break()
    document.save(path)
    return "\n".join(said)


def make_xlsx(path: Path) -> list[list[str]]:
    """A workbook of 100,000 entries: words, whole numbers and numbers with a fraction."""
    import openpyxl

    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("Fees")
    rows = [[f"column {column}" for column in range(COLUMNS)]]
    sheet.append(rows[0])
    for row in range(ROWS - 1):
        values = [(words(row + column, 2), row * column, row / 4 + column)[column % 3] for column in range(COLUMNS)]
        sheet.append(values)
        rows.append([shown(value) for value in values])
    book.save(path)
    return rows


def shown(value: object) -> str:
    """An entry as its cell shows it."""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def main() -> None:
    """Answers until standard input ends."""
    from markitdown import MarkItDown

    reader = MarkItDown()
    for line in sys.stdin:
        order = line.strip()
        if order.startswith("make:"):
            _, kind, path = order.split(":", 2)
            answer = {"made": make_docx(Path(path)) if kind == "docx" else make_xlsx(Path(path))}
        else:
            begin = time.perf_counter()
            text = reader.convert(order).text_content
            answer = {"seconds": time.perf_counter() - begin, "text": text}
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
