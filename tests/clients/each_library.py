"""Client libraries against a running Mediary with the strict providers of strict.py behind it, feature by feature.

Takes the server's address, that of the providers, and the names of files in libraries/:
python3 tests/clients/each_library.py http://127.0.0.1:8001 --upstream http://127.0.0.1:9000 openai_python haystack
Starts no server. A feature fails when the library says so, or when a provider refused what it was sent; the failure
names library, target and feature, and shows what the provider saw. The exit status is 1 when anything failed.
"""

import argparse
import importlib
import inspect
import json
import sys
import traceback
import urllib.request

from expected import Place
from strict import TARGETS

FEATURES = ("chat", "stream", "tools", "streamed_tools", "schema", "image", "pdf", "audio", "models")
SHOWN_CHARACTERS = 6000


def seen(upstream):
    """What the providers were asked since the last time."""
    with urllib.request.urlopen(f"{upstream}/log") as answer:
        return json.load(answer)


def tried(feature, place, upstream):
    """What went wrong with a feature, or nothing."""
    seen(upstream)
    trouble = None
    try:
        feature(place)
    except Exception:  # whatever a library raises
        trouble = traceback.format_exc(limit=-3)
    log = seen(upstream)
    refused = [entry["refused"] for entry in log if entry["refused"]]
    if trouble is None and not refused:
        return None
    shown = "\n".join(json.dumps(entry)[:SHOWN_CHARACTERS] for entry in log[-3:])
    return f"{trouble or ''}refused by the provider: {refused}\nthe provider saw:\n{shown or 'nothing'}"


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("server", help="where Mediary serves, such as http://127.0.0.1:8001")
    arguments.add_argument("--upstream", required=True, help="where its providers serve, those of strict.py")
    arguments.add_argument("libraries", nargs="+", help="names of files in libraries/")
    arguments = arguments.parse_args()
    failed = 0
    for name in arguments.libraries:
        library = importlib.import_module(f"libraries.{name}")
        before = failed
        features = [feature for feature in FEATURES if inspect.isfunction(getattr(library, feature, None))]
        for target in TARGETS:
            place = Place(f"{arguments.server}/v1", target)
            for feature in features:
                trouble = tried(getattr(library, feature), place, arguments.upstream)
                if trouble is not None:
                    failed += 1
                    print(f"FAILED: {name}, {target}, {feature}: {trouble}", file=sys.stderr, flush=True)
        print(f"ok: {name}: {', '.join(features)}" if failed == before else f"tried: {name}", flush=True)
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
