"""Makes every sample beside it, pictures and truths: `python3 samples/make.py`.

Needs Pillow, NumPy and the fonts DejaVu, Liberation and Noto Sans CJK. The results are committed, so this is only
run to change a sample. Scanner wear and PDF writing come from `benches/`. Not used by the tests themselves.
"""

from __future__ import annotations

import csv
import sys
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFilter, ImageFont

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "benches"))

import make_requests  # noqa: E402  (beside this file)
import pages  # noqa: E402  (found through the line above)
import pdfwriter  # noqa: E402
from pdfwriter import Rule, TextRun  # noqa: E402

EXIF_ORIENTATION = 0x0112
ROTATE_90_CLOCKWISE_TO_SHOW = 6

InvoiceLine = list[tuple[float, str, bool, float]]
"""Pieces of one line: x_pt, text, bold, size_pt."""

INVOICE_ROWS = (
    ("1", "Brass ship's lantern, restored", "2", "148.00", "296.00"),
    ("2", "Chart of the Firth of Lorn, 1887", "1", "72.50", "72.50"),
    ("3", "Packing and insurance", "1", "18.90", "18.90"),
    ("4", "Lamp oil, 5 litres", "3", "11.25", "33.75"),
)

INVOICE_RULES_BELOW = (8, 12)
"""Lines of the invoice with a rule below: the table's heading and its last row."""

RECEIPT_LINES = (
    ("MARLOW'S CORNER SHOP", ""),
    ("14 Tanner Row, Whitby", ""),
    ("2026-03-21  17:42", "Till 3"),
    ("", ""),
    ("Rye bread", "2.80"),
    ("Oat milk 1 l", "1.95"),
    ("Apples 0.842 kg", "2.53"),
    ("Cheddar, mature", "4.60"),
    ("Matches (10)", "1.20"),
    ("", ""),
    ("TOTAL GBP", "13.08"),
    ("Cash", "20.00"),
    ("Change", "6.92"),
    ("", ""),
    ("Thank you, come again!", ""),
)

JAPANESE, SIMPLIFIED_CHINESE, TRADITIONAL_CHINESE = 0, 2, 3
"""Faces inside the Noto Sans CJK collection."""

CYRILLIC_LINES = ("Поезд отходит в семь часов вечера", "Лавка закрыта до понедельника", "Ключ висит у сторожа")

CJK_LINES = (
    ("图书馆早上九点开门", SIMPLIFIED_CHINESE),
    ("请在这里排队等候", SIMPLIFIED_CHINESE),
    ("營業時間 10:00-18:30", TRADITIONAL_CHINESE),
    ("臺北車站南門出口", TRADITIONAL_CHINESE),
    ("東京都千代田区", JAPANESE),
    ("非常口", JAPANESE),
)
"""Only characters that the smallest dictionary of the recognisers has."""

KANA_LINES = (
    ("駅前の喫茶店でコーヒーを飲む", JAPANESE),
    ("次の電車は十五分後に来ます", JAPANESE),
    ("キャンペーンは９月３０日まで", JAPANESE),
)

LETTER_PAGES = (
    (
        "Dear Ms. Okafor,",
        "your crate of type specimens arrived on Tuesday,",
        "dry and complete. I have counted 312 sheets and",
        "entered each of them in the catalogue.",
        "Sheet 47 is signed on the back by the founder",
        "himself, which the seller did not mention.",
    ),
    (
        "Page 2",
        "May we keep the crate until the 9th of June?",
        "The joiner wants to copy its corner braces.",
        "With kind regards,",
        "Edmund Falk, keeper of prints",
    ),
)

SIGN = "Platform 9 closes at 21:45"

NOTE = """Notes from the reading room, Thursday

The café opens at half past nine; ask for Zoë or Jürgen.
Folio 12 verso: "naïve, but not careless" – the handwriting changes here.
Costs so far: 14 € for copies, £3.20 for the locker.
"""

TABLE = """station,opened,height_m,passengers
Alder Bridge,1874,112.5,18400
"Port Quay, North",1911,3.0,95210
Zennor Halt,1902,87.25,1260
"""


def font(name: str, size_px: int, face: int = 0) -> ImageFont.FreeTypeFont:
    """An installed font, or an exit that says what to install."""
    path = pages.find_font(name)
    if path is None:
        raise SystemExit(f"{name} is missing: apt-get install fonts-dejavu fonts-liberation fonts-noto-cjk")
    return ImageFont.truetype(str(path), size_px, index=face)


def invoice_lines() -> list[InvoiceLine]:
    """The invoice, top to bottom; the truth is read off it as well."""
    lines: list[InvoiceLine] = [
        [(60, "Tidewater Antiques Ltd", True, 18)],
        [(60, "3 Chandler's Yard, Oban PA34 4LD", False, 10)],
        [(60, "accounts@tidewater.example", False, 10)],
        [],
        [(60, "INVOICE 2026-0417", True, 14)],
        [(60, "Date: 17 April 2026", False, 10), (330, "Customer no. 50231", False, 10)],
        [(60, "Bill to: Rosalind Achterberg, 8 Quay Street, Leith EH6 6JH", False, 10)],
        [],
        [(60, "No.", True, 10), (95, "Description", True, 10), (330, "Qty", True, 10),
         (390, "Price", True, 10), (470, "Amount", True, 10)],
    ]
    for number, what, count, price, amount in INVOICE_ROWS:
        lines.append([(60, number, False, 10), (95, what, False, 10), (330, count, False, 10),
                      (390, price, False, 10), (470, amount, False, 10)])
    return lines + [
        [],
        [(330, "Subtotal", False, 10), (470, "421.15", False, 10)],
        [(330, "VAT 20%", False, 10), (470, "84.23", False, 10)],
        [(330, "Total GBP", True, 11), (470, "505.38", True, 11)],
        [],
        [(60, "Payable within 30 days to IBAN GB29 NWBK 6016 1331 9268 19.", False, 10)],
        [(60, "Goods remain our property until paid for in full. Returns within 14 days, carriage paid.", False, 10)],
        [(60, "Thank you for your custom!", False, 10)],
    ]


def invoice_marks() -> list[TextRun | Rule]:
    """The invoice as marks on a PDF page."""
    marks: list[TextRun | Rule] = []
    for index, line in enumerate(invoice_lines()):
        y_pt = 770 - index * 22
        if index in INVOICE_RULES_BELOW:
            marks.append(Rule(60, y_pt - 8, 475))
        marks += [TextRun(x, y_pt, text, size, "F2" if bold else "F1") for x, text, bold, size in line]
    return marks


def make_invoices() -> None:
    """The born-digital invoice and its scan."""
    truth = "".join(" ".join(text for _, text, _, _ in line) + "\n" for line in invoice_lines() if line)
    (HERE / "invoice.pdf").write_bytes(pdfwriter.text_pdf([invoice_marks()]))
    (HERE / "invoice.txt").write_text(truth, encoding="utf-8")
    wear = pages.Wear(skew_deg=-0.3, blur_px=0.6, noise=4.0, paper=242, ink=45, gradient=18, specks=90,
                      quality=55, colour=False)
    jpeg = pages.degrade(draw_marks(invoice_marks()), wear, seed=417)
    (HERE / "invoice-scan.pdf").write_bytes(pdfwriter.image_pdf([jpeg], pages.DPI))
    (HERE / "invoice-scan.txt").write_text(truth, encoding="utf-8")


def draw_marks(marks: list[TextRun | Rule]) -> Image.Image:
    """The marks of a PDF page as an oversampled picture, Liberation Sans having Helvetica's widths."""
    scale = pages.DPI * pages.OVERSAMPLING / 72
    size_px = (pages.PAGE_PX[0] * pages.OVERSAMPLING, pages.PAGE_PX[1] * pages.OVERSAMPLING)
    sheet = Image.new("L", size_px, 255)
    draw = ImageDraw.Draw(sheet)
    for mark in marks:
        x, y = mark.x_pt * scale, sheet.height - mark.y_pt * scale
        if isinstance(mark, Rule):
            draw.line((x, y, x + mark.length_pt * scale, y), fill=0, width=3)
        else:
            weight = "Bold" if mark.font == "F2" else "Regular"
            face = font(f"LiberationSans-{weight}.ttf", round(mark.size_pt * scale))
            draw.text((x, y), mark.text, font=face, fill=0, anchor="ls")
    return sheet


def make_receipt() -> None:
    """A receipt on a table, photographed at a slight angle in uneven light, stored on its side."""
    slip = draw_slip()
    photo = Image.new("RGB", (1000, 1400), (96, 74, 58))
    corners = ((118, 90), (902, 64), (934, 1330), (78, 1306))
    paper = warp(slip, photo.size, corners)
    mask = warp(Image.new("L", slip.size, 255), photo.size, corners)
    photo.paste(Image.merge("RGB", (paper, paper, paper.point(lambda v: int(v * 0.94)))), mask=mask)
    lit = shade(photo.filter(ImageFilter.GaussianBlur(0.7)))
    stored = lit.transpose(Image.Transpose.ROTATE_90)
    exif = Image.Exif()
    exif[EXIF_ORIENTATION] = ROTATE_90_CLOCKWISE_TO_SHOW
    stored.save(HERE / "receipt.jpg", quality=72, exif=exif)
    truth = "".join(f"{left} {right}".strip() + "\n" for left, right in RECEIPT_LINES if left)
    (HERE / "receipt.txt").write_text(truth, encoding="utf-8")


def draw_slip() -> Image.Image:
    """The paper of the receipt, flat and evenly lit."""
    slip = Image.new("L", (760, 1200), 236)
    draw = ImageDraw.Draw(slip)
    face = font("LiberationMono-Regular.ttf", 38)
    for index, (left, right) in enumerate(RECEIPT_LINES):
        y = 80 + index * 72
        draw.text((60, y), left, font=face, fill=38)
        draw.text((700, y), right, font=face, fill=38, anchor="ra")
    return slip


def warp(flat: Image.Image, size: tuple[int, int], corners: tuple[tuple[int, int], ...]) -> Image.Image:
    """Projects a flat picture on a quadrilateral (clockwise from the upper left) of a canvas of `size`."""
    sources = ((0, 0), (flat.width, 0), (flat.width, flat.height), (0, flat.height))
    rows, wanted = [], []
    for (x, y), (u, v) in zip(corners, sources, strict=True):
        rows += [[x, y, 1, 0, 0, 0, -u * x, -u * y], [0, 0, 0, x, y, 1, -v * x, -v * y]]
        wanted += [u, v]
    coefficients = np.linalg.solve(np.array(rows, dtype=float), np.array(wanted, dtype=float))
    return flat.transform(size, Image.Transform.PERSPECTIVE, coefficients.tolist(), Image.Resampling.BICUBIC)


def shade(photo: Image.Image) -> Image.Image:
    """Light that falls off to one corner, the soft shadow of a hand, and sensor noise."""
    pixels = np.asarray(photo, dtype=np.float32)
    down, across = np.mgrid[0:1:photo.height * 1j, 0:1:photo.width * 1j]
    light = 1.05 - 0.35 * (0.6 * down + 0.4 * across)
    light -= 0.2 / (1 + np.exp(18 * (across - 0.75 * down + 0.1)))
    noise = np.random.default_rng(7).normal(0, 4.0, (*light.shape, 1))
    return Image.fromarray(np.clip(pixels * light[..., None] + noise, 0, 255).astype(np.uint8))


def make_cjk() -> None:
    """Lines of Chinese and of Japanese without kana; lines of Japanese with them."""
    write_lines("cjk", CJK_LINES)
    write_lines("japanese", KANA_LINES)


def write_lines(name: str, lines: tuple[tuple[str, int], ...]) -> None:
    """Dark lines on white, each in its own face, as NAME.png and NAME.txt."""
    sheet = Image.new("L", (760, 60 + 84 * len(lines)), 250)
    draw = ImageDraw.Draw(sheet)
    for index, (text, face) in enumerate(lines):
        draw.text((48, 36 + 84 * index), text, font=font("NotoSansCJK-Regular.ttc", 44, face), fill=25)
    sheet.save(HERE / f"{name}.png", optimize=True)
    (HERE / f"{name}.txt").write_text("".join(f"{text}\n" for text, _ in lines), encoding="utf-8")


def make_cyrillic() -> None:
    """Lines in a script that the installed recognisers do not know."""
    sheet = Image.new("L", (900, 60 + 84 * len(CYRILLIC_LINES)), 250)
    draw = ImageDraw.Draw(sheet)
    for index, text in enumerate(CYRILLIC_LINES):
        draw.text((48, 36 + 84 * index), text, font=font("LiberationSerif-Regular.ttf", 44), fill=25)
    sheet.save(HERE / "cyrillic.png", optimize=True)
    (HERE / "cyrillic.txt").write_text("".join(f"{text}\n" for text in CYRILLIC_LINES), encoding="utf-8")


def make_letter() -> None:
    """A letter of two pages in one TIFF, grey, LZW."""
    sheets = []
    for lines in LETTER_PAGES:
        sheet = Image.new("L", (1240, 800), 255)
        draw = ImageDraw.Draw(sheet)
        for index, line in enumerate(lines):
            draw.text((110, 90 + 96 * index), line, font=font("DejaVuSerif.ttf", 38), fill=0)
        sheets.append(sheet)
    sheets[0].save(HERE / "letter.tiff", save_all=True, append_images=sheets[1:], compression="tiff_lzw",
                   dpi=(150, 150))
    truth = "\f".join("".join(f"{line}\n" for line in lines) for lines in LETTER_PAGES)
    (HERE / "letter.txt").write_text(truth, encoding="utf-8")


def make_signs() -> None:
    """One line of text in each of the remaining picture formats."""
    sign = Image.new("RGB", (640, 120), (24, 62, 112))
    ImageDraw.Draw(sign).text((320, 60), SIGN, font=font("DejaVuSans-Bold.ttf", 36), fill=(250, 248, 240), anchor="mm")
    few_colours = sign.quantize(16)
    few_colours.save(HERE / "sign.png", optimize=True)
    few_colours.save(HERE / "sign.gif")
    few_colours.convert("P").save(HERE / "sign.bmp")
    sign.save(HERE / "sign.webp", quality=80)
    (HERE / "sign.txt").write_text(f"{SIGN}\n", encoding="utf-8")


def make_texts() -> None:
    """The samples that are text already."""
    (HERE / "note.txt").write_text(NOTE, encoding="utf-8")
    (HERE / "table.csv").write_text(TABLE, encoding="utf-8")
    rows = csv.reader(TABLE.splitlines())
    (HERE / "table.txt").write_text("".join("\t".join(row) + "\n" for row in rows), encoding="utf-8")


def main() -> None:
    """Makes everything."""
    make_invoices()
    make_receipt()
    make_cjk()
    make_cyrillic()
    make_letter()
    make_signs()
    make_texts()
    make_requests.main()


if __name__ == "__main__":
    main()
