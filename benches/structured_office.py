"""Known documents set with LibreOffice: reports, offers and letters as offices write them.

Written as flat OpenDocument and converted by `soffice`; several at once, since its start takes longest.
"""

from __future__ import annotations

import random
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from xml.sax.saxutils import escape

import structured
from structured import Document, Heading, Items, Table

NAMES = " ".join(f'xmlns:{prefix}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for prefix, name in [
    ("office", "office"), ("text", "text"), ("table", "table"), ("style", "style")]) + (
    ' xmlns:fo="urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0"')


@dataclass(frozen=True)
class Look:
    """How a kind is set. `rules` is `grid`, `rows`, `shades` or `none`; `headings` are text properties by level."""

    font: str = "Liberation Serif"
    size_pt: float = 11.0
    headings: tuple[str, ...] = ('fo:font-size="18pt" fo:font-weight="bold"', 'fo:font-size="14pt" fo:font-weight="bold"',
                                 'fo:font-size="12pt" fo:font-weight="bold"')
    rules: str = "grid"
    columns: int = 1
    tagged: bool = False
    real: bool = True
    """Whether headings are headings for LibreOffice too, or just look like some."""


def _styles(look: Look) -> str:
    border = {"grid": 'fo:border="0.5pt solid #000000"', "rows": 'fo:border-bottom="0.5pt solid #808080"',
              "shades": 'fo:border="none"', "none": 'fo:border="none"'}[look.rules]
    cell = '<style:style style:name="{}" style:family="table-cell"><style:table-cell-properties ' \
           'fo:padding="0.08cm" {} {}/></style:style>'
    shades = [cell.format("even", border, ""),
              cell.format("odd", border, 'fo:background-color="#e6e6e6"' if look.rules == "shades" else ""),
              cell.format("head", border, 'fo:background-color="#c8d2e6"' if look.rules in ("shades", "grid") else "")]
    headings = "".join(
        f'<style:style style:name="H{level}" style:family="paragraph"><style:paragraph-properties '
        f'fo:margin-top="0.35cm" fo:margin-bottom="0.18cm" fo:keep-with-next="always"/>'
        f'<style:text-properties {properties}/></style:style>'
        for level, properties in enumerate(look.headings, 1))
    columns = f'<style:columns fo:column-count="{look.columns}" fo:column-gap="0.6cm"/>' if look.columns > 1 else ""
    return (
        f'<office:styles><style:default-style style:family="paragraph"><style:text-properties '
        f'style:font-name="{look.font}" fo:font-family="\'{look.font}\'" fo:font-size="{look.size_pt}pt" fo:language="en" '
        f'fo:country="GB"/></style:default-style></office:styles><office:automatic-styles>{headings}{"".join(shades)}'
        '<style:style style:name="P" style:family="paragraph"><style:paragraph-properties fo:margin-bottom="0.2cm"/>'
        '</style:style><style:style style:name="B" style:family="paragraph"><style:text-properties '
        'fo:font-weight="bold"/></style:style>'
        f'<style:style style:name="S" style:family="section"><style:section-properties>{columns}'
        '</style:section-properties></style:style>'
        '<style:page-layout style:name="L"><style:page-layout-properties fo:page-width="21cm" fo:page-height="29.7cm" '
        'fo:margin="2.2cm"/></style:page-layout></office:automatic-styles>'
        '<office:master-styles><style:master-page style:name="Standard" style:page-layout-name="L"/>'
        '</office:master-styles>')


def _table(table: Table, number: int) -> str:
    rows = []
    for index, row in enumerate(table.rows):
        shade = "head" if index < table.heads else ("odd" if index % 2 else "even")
        cells = []
        for cell in row:
            if cell is None:
                cells.append("<table:covered-table-cell/>")
                continue
            spans = (f' table:number-columns-spanned="{cell.columns}"' if cell.columns > 1 else "") + (
                f' table:number-rows-spanned="{cell.rows}"' if cell.rows > 1 else "")
            face = "B" if index < table.heads else "Standard"
            cells.append(f'<table:table-cell table:style-name="{shade}"{spans}><text:p text:style-name="{face}">'
                         f'{escape(cell.text)}</text:p></table:table-cell>')
        rows.append(f"<table:table-row>{''.join(cells)}</table:table-row>")
    return (f'<table:table table:name="T{number}"><table:table-column '
            f'table:number-columns-repeated="{table.columns}"/>{"".join(rows)}</table:table>')


def source(document: Document, look: Look) -> str:
    """The document as flat OpenDocument text."""
    body = []
    for number, part in enumerate(document.parts):
        match part:
            case Heading() if look.real:
                body.append(f'<text:h text:style-name="H{part.level}" text:outline-level="{part.level}">'
                            f'{escape(part.whole)}</text:h>')
            case Heading():
                body.append(f'<text:p text:style-name="H{part.level}">{escape(part.whole)}</text:p>')
            case str():
                body.append(f'<text:p text:style-name="P">{escape(part)}</text:p>')
            case Items():
                body.append(_list(part.items))
            case Table():
                body.append(_table(part, number) + '<text:p text:style-name="P"/>')
    return (f'<?xml version="1.0" encoding="UTF-8"?><office:document {NAMES} office:version="1.2" '
            f'office:mimetype="application/vnd.oasis.opendocument.text">{_styles(look)}<office:body><office:text>'
            f'<text:section text:style-name="S" text:name="all">{"".join(body)}</text:section></office:text>'
            '</office:body></office:document>')


def _list(items: list[tuple[int, str]]) -> str:
    text, depth = "", -1
    for level, words in items:
        if level > depth:
            text += "<text:list>" * (level - depth)
        else:
            text += "</text:list-item>" + "</text:list></text:list-item>" * (depth - level)
        text += f"<text:list-item><text:p>{escape(words)}</text:p>"
        depth = level
    return text + "</text:list-item></text:list>" * (depth + 1)


def pdfs(documents: list[tuple[Document, Look]], folder: Path) -> None:
    """Converts all of them into a folder, by name."""
    for tagged in (False, True):
        wanted = [(document, look) for document, look in documents if look.tagged == tagged]
        paths = []
        for document, look in wanted:
            path = folder / f"{document.name}.fodt"
            path.write_text(source(document, look), encoding="utf-8")
            paths.append(str(path))
        if paths:
            options = ('{"UseTaggedPDF":{"type":"boolean","value":"%s"},"ExportBookmarks":{"type":"boolean","value":"%s"}}'
                       % (("true",) * 2 if tagged else ("false",) * 2))
            subprocess.run(["soffice", "--headless", f"-env:UserInstallation=file://{folder}/profile", "--convert-to",
                            f"pdf:writer_pdf_Export:{options}", "--outdir", str(folder), *paths],
                           capture_output=True, check=True, timeout=600)


def report(rng: random.Random, name: str) -> tuple[Document, Look]:
    """Headings by size, tables with all their lines, entries over several rows."""
    tables = [structured.stock(rng, 6), structured.families(rng, 3)]
    return structured.outline(rng, name, tables, numbered=False), Look()


def numbered(rng: random.Random, name: str) -> tuple[Document, Look]:
    """Numbered headings in bold at the size of the text."""
    bold = 'fo:font-weight="bold"'
    return (structured.outline(rng, name, [structured.grouped(rng, 5)], numbered=True),
            Look(headings=('fo:font-size="16pt"', bold, bold), real=False))


def shaded(rng: random.Random, name: str) -> tuple[Document, Look]:
    """Rows told apart by shades alone; coloured headings."""
    headings = ('fo:font-size="17pt" fo:color="#1f4e79"', 'fo:font-size="13pt" fo:color="#1f4e79"',
                'fo:color="#1f4e79"')
    tables = [structured.stock(rng, 7), structured.figures(rng, 6, 3, decimals=1)]
    return (structured.outline(rng, name, tables, numbered=False),
            Look(font="Liberation Sans", size_pt=10.5, headings=headings, rules="shades", real=False))


def other_face(rng: random.Random, name: str) -> tuple[Document, Look]:
    """Headings in another face, hardly larger than the text, and in capitals."""
    face = 'style:font-name="Liberation Sans" fo:font-family="\'Liberation Sans\'"'
    headings = (f'{face} fo:font-size="15pt"', f'{face} fo:text-transform="uppercase" fo:font-size="10.5pt"',
                f'{face} fo:font-size="10.5pt"')
    document = structured.outline(rng, name, [structured.wordy(rng, 4)], numbered=False)
    document.parts = [Heading(2, part.text.upper()) if isinstance(part, Heading) and part.level == 2 else part
                      for part in document.parts]
    return document, Look(headings=headings, rules="rows", real=False)


def two_columns(rng: random.Random, name: str) -> tuple[Document, Look]:
    """Two columns with tables in them."""
    headings = ('fo:font-size="14pt" fo:font-weight="bold"', 'fo:font-size="10pt" fo:font-weight="bold"',
                'fo:font-size="10pt" fo:font-style="italic"')
    return (structured.outline(rng, name, [structured.figures(rng, 6, 3), structured.families(rng, 3)], numbered=True),
            Look(size_pt=10.0, headings=headings, columns=2, rules=rng.choice(["grid", "rows"]), real=False))


def tagged(rng: random.Random, name: str) -> tuple[Document, Look]:
    """A tagged PDF with bookmarks whose headings look like text."""
    headings = ('fo:font-size="13pt"', 'fo:font-style="italic"', 'fo:text-decoration="none"')
    return (structured.outline(rng, name, [structured.wordy(rng, 4), structured.families(rng, 3)], numbered=False),
            Look(headings=headings, rules="none", tagged=True))


KINDS: dict[str, Callable[[random.Random, str], tuple[Document, Look]]] = {
    "report": report, "numbered": numbered, "shaded": shaded, "other face": other_face, "two columns": two_columns,
    "tagged": tagged,
}
