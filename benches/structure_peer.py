"""A process in the peers' environment that turns PDFs into Markdown: `NAME PATH` on standard input, JSON for each line.

Started by `part_structure`; the peers are loaded once, so that their answers are those of a warm process.
"""

from __future__ import annotations

import json
import sys
import time


def readers() -> dict:
    """The peers by name; those that do not load are left out."""
    found = {}
    try:
        import pymupdf4llm
        found["pymupdf4llm"] = pymupdf4llm.to_markdown
    except ImportError:
        pass
    try:
        from markitdown import MarkItDown
        convert = MarkItDown().convert
        found["markitdown"] = lambda path: convert(path).text_content
    except ImportError:
        pass
    return found


def main() -> None:
    """Answers until standard input ends. Whatever peers print themselves goes to standard error."""
    answers, sys.stdout = sys.stdout, sys.stderr
    known = readers()
    print(json.dumps(sorted(known)), file=answers, flush=True)
    for order in sys.stdin:
        name, path = order.rstrip("\n").split(" ", 1)
        begin = time.perf_counter()
        try:
            text = known[name](path)
        except Exception as error:  # A peer that fails has read nothing.
            print(f"{name}: {error}", file=sys.stderr)
            text = ""
        print(json.dumps({"seconds": time.perf_counter() - begin, "text": text}), file=answers, flush=True)


if __name__ == "__main__":
    main()
