"""Compares detectors, their published parameters and the recognisers: `python3 benches/pairings.py SMALL_DET.onnx`.

Reads the pages that the accuracy part of the bench has made (run it first) with every pairing and prints word F1 and
milliseconds a page. The small detector is in the package that `models/local/paddleocr.toml` names, and is not part
of an installation: this is where it was found not to earn its cost.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections import defaultdict
from pathlib import Path
from statistics import mean, median

from PIL import Image

from calibrate import EXAMPLE, ROOT
from score import word_f1

PAGES = ROOT / "target" / "bench-work" / "accuracy" / "pages"
WORK = ROOT / "target" / "bench-work" / "pairings"
KINDS = ("clean", "skewed", "noisy", "faxed", "columns", "tables")
PAGES_OF_A_KIND = 2
PARAMETERS = {"v6": "0.2,{box},1.4", "PaddleX": "0.3,0.6,1.5"}
"""Pixel threshold, box threshold and unclip ratio: as exported with PP-OCRv6, and PaddleX's defaults."""


def pictures() -> dict[str, tuple[str, str]]:
    """Kind and truth of each page, by its picture as PPM."""
    WORK.mkdir(parents=True, exist_ok=True)
    found = {}
    for truth in sorted(PAGES.glob("*.txt")):
        kind = truth.stem.split("-")[0]
        picture = next((path for path in PAGES.glob(f"{truth.stem}.*") if path.suffix in (".png", ".jpg")), None)
        if kind in KINDS and picture and sum(kind == other for other, _ in found.values()) < PAGES_OF_A_KIND:
            target = WORK / f"{truth.stem}.ppm"
            Image.open(picture).convert("RGB").save(target)
            found[str(target)] = (kind, truth.read_text(encoding="utf-8"))
    return found


def main() -> None:
    """Prints the table."""
    small = Path(sys.argv[1])
    weights = ROOT / "models" / "weights" / "paddleocr"
    library = next((ROOT / "models" / "weights" / "onnxruntime").glob("libonnxruntime*"))
    pages = pictures()
    print("| detector | side | parameters | recogniser | " + " | ".join(KINDS) + " | ms a page |")
    print("|---" * (5 + len(KINDS)) + "|")
    for name, file, box in (("tiny", weights / "tiny-det.onnx", "0.4"), ("small", small, "0.45")):
        for side in (1280, 1600):
            for published, parameters in PARAMETERS.items():
                for level in ("fast", "accurate"):
                    settings = f"{side},{parameters.format(box=box)}"
                    out = subprocess.run([EXAMPLE, library, weights, level, file, settings, *pages],
                                         capture_output=True, text=True, check=True).stdout
                    texts, times = defaultdict(list), {}
                    for record in map(json.loads, out.splitlines()):
                        texts[record["page"]].append(record["text"])
                        times[record["page"]] = record["page_ms"]
                    scores = defaultdict(list)
                    for page, (kind, truth) in pages.items():
                        scores[kind].append(word_f1(truth, "\n".join(texts[page])))
                    cells = " | ".join(f"{mean(scores[kind]):.4f}" for kind in KINDS)
                    size = "tiny" if level == "fast" else "small"
                    print(f"| {name} | {side} | {published} | {size} | {cells} | {median(times.values()):.0f} |", flush=True)


if __name__ == "__main__":
    main()
