"""Starts Mediary on a free port of loopback and lets the official clients talk to it: python3 tests/clients/run.py PROGRAM.

Run by `make test-clients`, in an environment with the packages of requirements.txt. Its providers are those of
upstream.py alone, whatever keys the environment holds. Stops what it has started.
"""

import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

from upstream import Upstream

HERE = Path(__file__).resolve().parent
PATIENCE_SECONDS = 60


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def wait_until_ready(address, server):
    end = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < end and server.poll() is None:
        try:
            urllib.request.urlopen(f"{address}/health", timeout=1)
            return
        except OSError:
            time.sleep(0.05)
    sys.exit("mediary did not start")


def without_providers(environment):
    """The environment without what would set up a provider that is somewhere else."""
    named = ("_API_KEY", "OLLAMA_HOST", "OLLAMA_API_BASE")
    return {name: value for name, value in environment.items() if not name.endswith(named)}


def main():
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    with tempfile.TemporaryDirectory() as folder, Upstream() as upstream:
        config = Path(folder) / "mediary.toml"
        config.write_text(upstream.configuration(), encoding="utf-8")
        settings = {"MEDIARY_SERVER__PORT": str(port), "MEDIARY_FETCH__ALLOW": "127.0.0.1"}
        settings["MEDIARY_CACHE__DIR"] = str(Path(folder) / "cache")
        clients = [["mistral_ocr.py", "--fetch"], ["openai_chat.py", "--upstream", upstream.address]]
        server = subprocess.Popen(
            [sys.argv[1], "--config", config, "serve"],
            env={**without_providers(os.environ), **settings},
            stderr=subprocess.DEVNULL,
        )
        try:
            wait_until_ready(address, server)
            for script, *options in clients:
                subprocess.run([sys.executable, HERE / script, address, *options], check=True)
        finally:
            server.terminate()
            server.wait()


if __name__ == "__main__":
    main()
