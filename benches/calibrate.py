"""Fits the confidence of `local/paddleocr` and measures it on lines the fit has not seen: `python3 benches/calibrate.py`.

Makes pages of lines with known text in many fonts, sizes and states of wear, has `line_evidence` (an example of
the crate mediary-local) read them, and fits for each recogniser the logistic function from the evidence to "this
line is right, every character of it". Prints the constants for `src/local/ocr/calibration.rs`, and for the lines in
fonts and texts that the fit has not seen the reliability table and the expected calibration error.
"""

from __future__ import annotations

import argparse
import io
import json
import random
import subprocess
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFilter, ImageFont

import texts
import words
from pages import find_font

ROOT = Path(__file__).resolve().parent.parent
WORK = ROOT / "target" / "bench-work" / "calibration"
EXAMPLE = ROOT / "target" / "release" / "examples" / "line_evidence"
LEVELS = ("fast", "accurate")
BINS = 10

FIT_FONTS = ("LiberationSans-Regular.ttf", "LiberationSerif-Regular.ttf", "LiberationSerif-Italic.ttf",
             "LiberationMono-Regular.ttf", "DejaVuSans.ttf", "DejaVuSans-Bold.ttf", "DejaVuSerif.ttf")
HELD_FONTS = ("LiberationSans-Italic.ttf", "LiberationSerif-Bold.ttf", "DejaVuSerif-Italic.ttf",
              "LiberationSansNarrow-Regular.ttf", "DejaVuSansMono.ttf", "DejaVuSansCondensed.ttf")
CJK_FONTS = {"fit": "NotoSansCJK-Regular.ttc", "held": "NotoSerifCJK-Regular.ttc"}

CHINESE = """图书馆早上九点开门晚上八点关门请不要在阅览室里大声说话昨天下午我们去了河边的市场买了三斤苹果和一些新鲜的蔬菜
这座桥建于一九三六年长四百二十米是当时最大的石拱桥会议将于下周二在二楼会议室举行请各部门准时参加并准备好报告材料
天气预报说明天有小雨气温十二到十八度出门请带雨伞工厂去年生产了五万台机器比前年增加了百分之十五出口到二十多个国家
老师把新的练习册发给每一位同学并且说明了考试的时间和地点合同一式两份双方各执一份具有同等法律效力""".replace("\n", "")
JAPANESE = """駅前の喫茶店でコーヒーを飲みながら友達を待っていました。次の電車は十五分後に到着します。図書館の本は二週間まで借りることができます。
この書類に必要事項を記入して、受付までお持ちください。昨日の台風で庭の木が倒れてしまった。キャンペーンは９月３０日まで実施しています。
会議の資料をメールで送りますので、ご確認ください。新しいスマートフォンのカメラはとてもきれいに撮れる。""".replace("\n", "")
ACCENTED = """Straße Größe über für Mädchen Schlüssel français élève château garçon où niño señor mañana está corazón
przyjaźń źródło wąż książka żółty łódź příliš žluťoučký kůň děti smörgås ångström fjärde København brød ação coração
não às città perché più São Günther Þór Ærø œuvre naïve façade Zürich Málaga Łódź Brno Tromsø""".split()


@dataclass
class Line:
    """A line of text where it was drawn, in pixels."""

    text: str
    box: tuple[float, float, float, float]


def text_of(rng: random.Random, kind: str, width: int) -> str:
    """A text of about `width` characters."""
    if kind == "cjk":
        source = rng.choice((CHINESE, JAPANESE))
        start = rng.randrange(len(source) - width)
        return source[start:start + width]
    if kind == "codes":
        parts = [rng.choice((f"{rng.uniform(0, 9999):,.2f}", f"{rng.randint(1, 28):02}.{rng.randint(1, 12):02}.{rng.randint(1990, 2029)}",
                             f"{rng.choice('ABCDEFGHKLMNPRSTUVXZ')}{rng.randint(100, 99999)}-{rng.choice('ABCDXYZ')}", f"+{rng.randint(30, 49)} {rng.randint(100, 999)} {rng.randint(1000, 99999)}",
                             f"{rng.randint(1, 99)}%", f"€ {rng.randint(5, 900)},{rng.randint(0, 99):02}", rng.choice(words.GOODS), f"#{rng.randint(10, 9999)}/{rng.randint(1, 12)}"))
                 for _ in range(12)]
    elif kind == "accented":
        parts = [rng.choice(ACCENTED) if rng.random() < 0.6 else rng.choice(words.NOUNS) for _ in range(40)]
    else:
        parts = texts.paragraph(rng, 4).split()
    text = ""
    for part in parts:
        if text and len(text) + len(part) > width:
            break
        text = f"{text} {part}".strip()
    return text


def make_page(split: str, number: int) -> tuple[Image.Image, list[Line]]:
    """A page of lines, each with a text and length of its own, all in one font and one state of wear."""
    rng = random.Random(f"calibration-{split}-{number}")
    kind = ("prose", "codes", "accented", "cjk", "prose")[number % 5]
    name = CJK_FONTS[split] if kind == "cjk" else rng.choice(FIT_FONTS if split == "fit" else HELD_FONTS)
    size_px = rng.choice((13, 15, 17, 20, 24, 28, 34))
    font = ImageFont.truetype(str(find_font(name)), size_px * 2, index=0)
    image = Image.new("L", (2400, 3200), 255)
    draw = ImageDraw.Draw(image)
    lines, y = [], 80.0
    while y < image.height - 4 * size_px * 2:
        width = rng.randint(4, 38) if kind == "cjk" else rng.randint(6, 80)
        text = text_of(rng, kind, width)
        while text and font.getlength(text) > image.width - 200:
            text = text[:-3].rstrip()
        draw.text((100, y), text, font=font, fill=0)
        lines.append(Line(text, (50, y / 2, 50 + font.getlength(text) / 2, y / 2 + size_px * 1.2)))
        y += size_px * 2 * 1.9
    return wear(image, rng), lines


def wear(image: Image.Image, rng: random.Random) -> Image.Image:
    """Between nothing and barely legible; half of the pages are as good as most scans are."""
    harm = rng.uniform(0, 0.2) if rng.random() < 0.5 else rng.random()
    image = image.resize((image.width // 2, image.height // 2), Image.Resampling.BOX)
    image = image.filter(ImageFilter.GaussianBlur(rng.uniform(0.2, 0.4 + 1.9 * harm)))
    noise = np.random.default_rng(rng.randrange(1 << 30))
    grey = np.asarray(image, dtype=np.float32)
    paper, ink = rng.uniform(255 - 70 * harm, 255), rng.uniform(0, 110 * harm)
    grey = ink + (paper - ink) * grey / 255 + noise.normal(0, 1 + 26 * harm * rng.random(), grey.shape)
    if rng.random() < 0.15:
        grey = np.where(grey > (paper + ink) / 2 + rng.uniform(-25, 25), 255, 0)
    out = io.BytesIO()
    Image.fromarray(np.clip(grey, 0, 255).astype(np.uint8)).convert("RGB").save(
        out, "JPEG", quality=round(92 - 72 * harm * rng.random()))
    return Image.open(out)


def is_right(read: str, box: list[float], lines: list[Line]) -> bool | None:
    """Whether a read line is (a run of whole words of) the line that stands there; None where none stands."""
    middle = (box[1] + box[3]) / 2
    there = [line for line in lines if line.box[1] - 4 <= middle <= line.box[3] + 4]
    if len(there) != 1:
        return None
    truth, read = " ".join(there[0].text.split()), " ".join(read.split())
    return f" {read} " in f" {truth} " or (read in truth and not read.isascii())


def features(record: dict[str, float]) -> list[float]:
    """What the logistic function is of; the same as in `calibration.rs`."""
    weakest = min(max(record["weakest"], 1e-4), 1 - 1e-4)
    return [1.0, record["log_probability"], np.log(weakest / (1 - weakest)), np.log(max(record["glyphs"], 1))]


def fit(rows: np.ndarray, right: np.ndarray) -> np.ndarray:
    """Logistic regression by Newton's method, with a little weight on small constants."""
    weights = np.zeros(rows.shape[1])
    for _ in range(50):
        expected = 1 / (1 + np.exp(-rows @ weights))
        gradient = rows.T @ (right - expected) - 1e-2 * weights
        curvature = (rows * (expected * (1 - expected))[:, None]).T @ rows + 1e-2 * np.eye(len(weights))
        weights += np.linalg.solve(curvature, gradient)
    return weights


def reliability(confidence: np.ndarray, right: np.ndarray) -> tuple[float, list[str]]:
    """The expected calibration error over ten bins of equal width, and the table behind it."""
    error, rows = 0.0, ["| confidence | lines | mean confidence | right |", "|---|---|---|---|"]
    for number in range(BINS):
        low, high = number / BINS, (number + 1) / BINS
        inside = (confidence >= low) & ((confidence < high) | (number == BINS - 1))
        if inside.any():
            said, was = confidence[inside].mean(), right[inside].mean()
            error += inside.mean() * abs(said - was)
            rows.append(f"| {low:.1f} to {high:.1f} | {inside.sum()} | {said:.3f} | {was:.3f} |")
    return error, rows


def read_pages(split: str, count: int, level: str, library: Path, weights: Path) -> tuple[np.ndarray, np.ndarray]:
    """Evidence and truth of all lines of a split."""
    folder = WORK / split
    folder.mkdir(parents=True, exist_ok=True)
    truth: dict[str, list[Line]] = {}
    for number in range(count):
        path = folder / f"{number:03}.ppm"
        image, truth[str(path)] = make_page(split, number)
        if not path.exists():
            image.save(path)
    read = subprocess.run([EXAMPLE, library, weights, level, weights / "tiny-det.onnx", "1280,0.2,0.4,1.4", *truth], capture_output=True, text=True, check=True).stdout
    rows, right = [], []
    for record in map(json.loads, read.splitlines()):
        verdict = is_right(record["text"], record["box"], truth[record["page"]])
        if verdict is not None and record["glyphs"]:
            rows.append(features(record))
            right.append(verdict)
    return np.array(rows), np.array(right, dtype=float)


def main() -> None:
    """Fits, then measures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--pages", type=int, default=60, help="pages of each split")
    asked = parser.parse_args()
    subprocess.run(["cargo", "build", "--release", "-p", "mediary-local", "--example", "line_evidence"], cwd=ROOT, check=True)
    weights = ROOT / "models" / "weights"
    library = next((weights / "onnxruntime").glob("libonnxruntime*"))
    for level in LEVELS:
        rows, right = read_pages("fit", asked.pages, level, library, weights / "paddleocr")
        constants = fit(rows, right)
        names = ("intercept", "log_probability", "weakest", "glyphs")
        print(f"\n{level}: fitted on {len(right)} lines, {right.mean():.3f} of them right")
        print("Self { " + ", ".join(f"{name}: {value:.3f}" for name, value in zip(names, constants, strict=True)) + " }")
        rows, right = read_pages("held", asked.pages, level, library, weights / "paddleocr")
        confidence = 1 / (1 + np.exp(-rows @ np.round(constants, 3)))
        error, table = reliability(confidence, right)
        print(f"{level}: expected calibration error {error:.3f} on {len(right)} lines not fitted on")
        print("\n".join(table))


if __name__ == "__main__":
    main()
